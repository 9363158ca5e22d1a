import { toTar } from './archive.js';
import { compressApart } from './compress-apart.js';
import { compress, type Compression } from './compress.js';
import type { PackedCache } from './packed-cache.js';
import type { OverlayTree } from './tree.js';

/** How a tar is packed. */
export interface TarPacking {
  readonly compression: Compression;
  /** Undefined: everything is packed anew. */
  readonly cache?: PackedCache | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PackOptions extends TarPacking {
  /** The date of every file. */
  readonly date: Date;
}

const SMALL_BYTES = 1_000_000;

/** A tree as a .tar.gz: a function of the tree, the date and the kind of compression alone. */
export function pack(tree: OverlayTree, options: PackOptions): Promise<Uint8Array> {
  return packTar(toTar(tree, options.date), options);
}

/** A tar as a .tar.gz, out of the cache where it was packed before. */
export async function packTar(
  tar: Uint8Array,
  { compression, cache, signal }: TarPacking,
): Promise<Uint8Array> {
  // The add-on's takes a few milliseconds: less than a thread to start, or a file to write.
  if (tar.length < SMALL_BYTES && compression === 'fast') return compress(tar, compression);
  const known = await cache?.read(tar, compression);
  if (known !== undefined) return known;
  const packed = await compressApart(tar, compression, signal);
  await cache?.write(tar, compression, packed);
  return packed;
}
