import { formatImageName, type ImageName } from '../../reference.js';
import type { Written } from '../../store.js';
import type { Engine } from './engine.js';
import { expectGood } from './errors.js';
import { idOf } from './write-load.js';

/** Gives an image that is there already one name more. @throws S6tsError `engine-…`. */
export async function writeByTag(engine: Engine, name: ImageName, id: string): Promise<Written> {
  const target = formatImageName(name);
  const replaced = await idOf(engine, target);
  const { tag = 'latest', ...repository } = name;
  const query = { repo: formatImageName(repository), tag };
  expectGood(
    await engine.ask({ method: 'POST', path: `/images/${id}/tag`, query }),
    `name the image ${id} ${target}`,
  );
  return { id, via: 'tag', ...(replaced === undefined || replaced === id ? {} : { replaced }) };
}
