import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.js';
import { readCached } from '../base/cached-file.js';
import { sha256Hex } from '../base/digest.js';
import { keepRecent, markUsed } from '../base/recent-files.js';
import type { Compression } from './compress.js';
import { gunzip } from './gzip.js';

/** Packed tarballs, by the hash of what is in them. It saves time and nothing else: a spoilt one is packed anew. */
export interface PackedCache {
  read(bytes: Uint8Array, how: Compression): Promise<Uint8Array | undefined>;
  /** What a tar whose SHA-256 is known was packed into, if that still has the SHA-256 that it had; 64 hex digits each. */
  known(tarSha256: string, how: Compression, packedSha256: string): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array, how: Compression, packed: Uint8Array): Promise<void>;
}

/** How many are kept: every architecture's, packed in both ways, of two builds. Some 1.4 MB each. */
const KEPT = 28;

/** The cache in `folder`/packed. */
export function packedCache(folder: string): PackedCache {
  const home = join(folder, 'packed');
  const fileOf = (sha256: string, how: Compression): string => join(home, `${sha256}-${how}.gz`);
  return {
    read: (bytes, how) =>
      readWhole(fileOf(sha256Hex(bytes), how), (packed, file) =>
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).equals(gunzip(packed, file)),
      ),
    known: (tarSha256, how, packedSha256) =>
      readWhole(fileOf(tarSha256, how), (packed) => sha256Hex(packed) === packedSha256),
    async write(bytes, how, packed) {
      try {
        await writeFileAtomic(fileOf(sha256Hex(bytes), how), packed);
        await keepRecent(home, '.gz', KEPT);
      } catch {
        // A full or read-only cache: the package cache has warned of it already.
      }
    },
  };
}

/** A file that `isWhole`; undefined where it isn't, or not there, unreadable, no gzip: it is packed anew then. */
async function readWhole(
  file: string,
  isWhole: (packed: Uint8Array, file: string) => boolean,
): Promise<Uint8Array | undefined> {
  try {
    const packed = await readCached(file);
    if (!isWhole(packed, file)) return undefined;
    await markUsed(file);
    return packed;
  } catch {
    return undefined;
  }
}
