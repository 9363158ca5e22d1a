import { S6tsError } from '../../../base/error.js';
import { isObject, type JsonObject } from '../../../base/json-object.js';
import { valueAt } from '../../config.js';
import type { Image, Layer } from '../../image.js';
import { HISTORY_COMMENT } from '../../labels.js';
import { formatImageName, type ImageName } from '../../reference.js';
import type { StoredImage, Written } from '../../store.js';
import { piecesOf } from '../../tar-writer.js';
import { createContainer } from './container.js';
import type { Engine } from './engine.js';
import { expectGood } from './errors.js';
import { parseAnswer, textOf } from './json.js';
import { idOf } from './write-load.js';

/**
 * Stores an image by laying each new layer over a container and committing that, `base` first: for engines that load no
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
  if (base.image.layers.some(({ diffId }, index) => image.layers[index]?.diffId !== diffId)) {
    throw new S6tsError(
      'engine-refused',
      `${base.id} holds a layer that ${target} must not have, and a commit takes none away`,
      {
        what: target,
        hint: 'pull the image as it was before s6ts inject, so that the engine has it; then again',
      },
    );
  }
  const replaced = await idOf(engine, target);
  const layers = image.layers.slice(base.image.layers.length);
  let below = base.id;
  for (const [index, layer] of layers.entries()) {
    const isLast = index === layers.length - 1;
    const stored = { ...base, id: below };
    below = await commitLayer(engine, {
      layer,
      stored,
      config,
      name: isLast ? name : undefined,
      onInterrupt,
    });
  }
  return { id: below, via: 'commit', ...(replaced === undefined || replaced === below ? {} : { replaced }) };
}

interface Commit {
  readonly layer: Layer;
  /** What it is laid over. */
  readonly stored: StoredImage;
  readonly config: JsonObject;
  /** Undefined for one that others are laid over: it stays their nameless parent. */
  readonly name: ImageName | undefined;
  readonly onInterrupt: (cleanup: () => Promise<void>) => () => void;
}

/** @returns the new image's id. */
async function commitLayer(
  engine: Engine,
  { layer, stored, config, name, onInterrupt }: Commit,
): Promise<string> {
  const { open, diffId } = layer;
  if (open === undefined) throw new S6tsError('layer-unreadable', `the layer ${diffId} can't be read`);
  const container = await createContainer(engine, stored, onInterrupt);
  try {
    const put = await engine.ask({
      method: 'PUT',
      path: `/containers/${container.id}/archive`,
      query: { path: '/' },
      tar: await piecesOf(open()),
    });
    expectGood(put, `unpack a layer into a container of ${stored.id}`);
    const query = { container: container.id, comment: HISTORY_COMMENT, pause: '0', ...namesIn(name) };
    const commit = await engine.ask({ method: 'POST', path: '/commit', query, json: config });
    return textOf(parseAnswer(expectGood(commit, `commit a container of ${stored.id}`))['Id']);
  } finally {
    await container.remove();
  }
}

function namesIn(name: ImageName | undefined): Readonly<Record<string, string>> {
  if (name === undefined) return {};
  const { tag = 'latest', ...repository } = name;
  return { repo: formatImageName(repository), tag };
}
