import { S6tsError } from '../../../base/error.js';
import type { Progress } from '../../../base/progress.js';
import type { ImageName } from '../../reference.js';
import type { Content, Written } from '../../store.js';
import { packedBlob } from '../archive/blob.js';
import { enteredContent } from '../archive/entered.js';
import { loadable } from '../archive/loadable.js';
import type { Engine } from './engine.js';
import { layersHeld } from './layers-held.js';
import { loadArchive } from './load-archive.js';

/**
 * Stores an image that comes from elsewhere in an engine with the classical store, by `docker load` of the layers that the engine lacks.
 * @throws S6tsError `engine-…` | `image-invalid`
 */
export async function loadContent(
  engine: Engine,
  name: ImageName & { readonly tag: string },
  content: Content,
  progress: Progress,
): Promise<Written> {
  const loaded = loadable(content);
  const entered = await enteredContent(loaded);
  const held = loaded.kind === 'image' ? loaded.image.layers : [];
  const known = held
    .slice(0, await layersHeld(engine, held))
    .map((layer) => packedBlob(layer)?.descriptor.digest ?? layer.diffId);
  if (known.length === 0) return loadArchive(engine, name, entered);
  const blobs = entered.blobs.filter(({ descriptor }) => !known.includes(descriptor.digest));
  try {
    return await loadArchive(engine, name, { ...entered, blobs });
  } catch (error) {
    if (!(error instanceof S6tsError) || error.code !== 'engine-refused') throw error;
    progress.note(`sending all layers: ${error.message}`);
    return loadArchive(engine, name, entered);
  }
}
