import { S6tsError } from '../base/error.js';
import { fromTar } from './archive.js';
import { gunzip } from './gzip.js';
import { META_OF, parseMeta, type OverlayMeta, type PartName } from './meta.js';
import type { OverlayTree } from './tree.js';

/** A release's tarball, unpacked in memory. */
export interface Overlay {
  readonly meta: OverlayMeta;
  readonly tree: OverlayTree;
}

/**
 * Reads a tarball of ours. It may come from anywhere: names that leave the tree, devices, a cut archive or one that
 * isn't ours are refused.
 * @throws S6tsError `gzip-malformed`, `tar-malformed`, `tree-path`, `overlay-foreign`.
 */
export async function readOverlay(
  bytes: Uint8Array,
  what: string,
  part: PartName = 's6-overlay',
): Promise<Overlay> {
  const path = META_OF[part];
  const tree = await fromTar(gunzip(bytes, what), what);
  const entry = tree.get(path);
  if (entry?.kind !== 'file') {
    throw new S6tsError('overlay-foreign', `${what} is no ${part} of s6ts: it holds no ${path}`, {
      what,
      hint: `give a ${part}-ARCH.tar.gz that s6ts build-release made`,
    });
  }
  return { meta: parseMeta(Buffer.from(entry.bytes).toString('utf8'), `${what} (${path})`, part), tree };
}
