import { S6tsError } from '../../../base/error.js';
import { valueAt } from '../../config.js';
import type { Image } from '../../image.js';
import { HISTORY_COMMENT } from '../../labels.js';
import { formatImageName, type ImageName } from '../../reference.js';
import type { StoredImage, Written } from '../../store.js';
import { piecesOf } from '../../tar-writer.js';
import { createContainer } from './container.js';
import type { Engine } from './engine.js';
import { expectGood } from './errors.js';
import { isObject, parseAnswer, textOf } from './json.js';
import { idOf } from './write-load.js';

/**
 * Stores an image by laying its new layers over a container of `base` and committing that: for engines that load no
 * partial archive. The engine writes config, date and layer digest itself, so the id differs each time.
 * @throws S6tsError `engine-…`.
 */
export async function writeByCommit(
  engine: Engine,
  name: ImageName,
  image: Image,
  base: StoredImage,
  onInterrupt: (cleanup: () => Promise<void>) => () => void,
): Promise<Written> {
  const target = formatImageName(name);
  const config = valueAt(image.config, ['config']);
  if (!isObject(config)) throw new S6tsError('image-config', `the config of ${target} holds nothing to run`);
  const replaced = await idOf(engine, target);
  const container = await createContainer(engine, base, onInterrupt);
  try {
    const present = new Set(base.image.layers.map(({ diffId }) => diffId));
    for (const { diffId, open } of image.layers) {
      if (open === undefined || present.has(diffId)) continue;
      const path = `/containers/${container.id}/archive`;
      const put = await engine.ask({
        method: 'PUT',
        path,
        query: { path: '/' },
        tar: await piecesOf(open()),
      });
      expectGood(put, `unpack the overlay into a container of ${base.id}`);
    }
    const { tag = 'latest', ...repository } = name;
    const query = {
      container: container.id,
      repo: formatImageName(repository),
      tag,
      comment: HISTORY_COMMENT,
      pause: '0',
    };
    const commit = await engine.ask({ method: 'POST', path: '/commit', query, json: config });
    const id = textOf(parseAnswer(expectGood(commit, `commit ${target}`))['Id']);
    return { id, via: 'commit', ...(replaced === undefined || replaced === id ? {} : { replaced }) };
  } finally {
    await container.remove();
  }
}
