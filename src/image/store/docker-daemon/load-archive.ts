import { isDigest } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import { formatImageName, type ImageName } from '../../reference.js';
import type { Written } from '../../store.js';
import { archiveLayout, type Entered } from '../archive/archive-layout.js';
import { archiveStream } from '../archive/archive-stream.js';
import { blobFile } from '../oci-layout/layout-reader.js';
import type { Engine } from './engine.js';
import { idOf, refusalIn } from './write-load.js';

/**
 * Stores an image by `docker load` of an archive in both forms, whatever store the engine keeps images in; no layer is
 * ever whole in memory. @throws S6tsError `engine-…`, `image-invalid`
 */
export async function loadArchive(
  engine: Engine,
  name: ImageName & { readonly tag: string },
  entered: Entered,
): Promise<Written> {
  const target = formatImageName(name);
  const replaced = await idOf(engine, target);
  const layout = await archiveLayout(entered, { ref: name.tag, docker: name });
  const tar = archiveStream(layout);
  const answer = await engine.ask({ method: 'POST', path: '/images/load', query: { quiet: '1' }, tar });
  const refusal = refusalIn(answer);
  const id = await idOf(engine, target);
  // The classical store's id is the config's digest, containerd's the manifest's.
  const ours = id !== undefined && isDigest(id) && layout.members.some(({ path }) => path === blobFile(id));
  if (refusal !== undefined || id === undefined || !ours) {
    throw new S6tsError(
      'engine-refused',
      `the Docker engine cannot load the image: ${refusal ?? `${target} is ${id ?? 'nothing'} after it`}`,
      { what: target },
    );
  }
  return { id, via: 'load', ...(replaced === undefined || replaced === id ? {} : { replaced }) };
}
