import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.js';
import { readCached } from '../base/cached-file.js';
import type { Digest } from '../base/digest.js';
import { formatMeta, parseMeta, type OverlayMeta, type PartName } from './meta.js';
import type { Overlay } from './overlay-file.js';

/** A tarball: its bytes' SHA-256, its name for messages, what it is of. */
export interface Tarball {
  readonly digest: Digest;
  readonly file: string;
  readonly part: PartName;
}

/**
 * What a tarball says of itself: as it stands in the cache where it was opened before, else from `open`. A file of the cache
 * that can't be read or written is done without. @throws S6tsError of `open`.
 */
export async function metaOf(
  { digest, file, part }: Tarball,
  cacheFolder: string,
  open: () => Promise<Overlay>,
): Promise<OverlayMeta> {
  const kept = join(cacheFolder, 'meta', `${digest.replace(':', '-')}.json`);
  try {
    return parseMeta((await readCached(kept)).toString(), file, part);
  } catch {
    const { meta } = await open();
    await writeFileAtomic(kept, Buffer.from(formatMeta(meta))).catch(() => undefined);
    return meta;
  }
}
