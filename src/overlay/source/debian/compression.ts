import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { streamOf } from '../../../base/byte-stream.js';
import { reasonOf, S6tsError } from '../../../base/error.js';
import { unxz } from '../../../base/unxz.js';

/** The suffixes that `unpacked` reads, the smallest first. */
export const SUFFIXES = ['.xz', '.gz', ''] as const;

/** More than anything that Debian packs: what grows beyond it was made to fill the memory. */
const MAX_BYTES = 500_000_000;

/**
 * Unpacks bytes by the suffix of their file name (`.xz`, `.gz` or none), piece by piece.
 * @throws S6tsError `decompress-failed` naming `what`; for more than 500 MB too.
 */
export async function* unpacked(bytes: Uint8Array, suffix: string, what: string): AsyncGenerator<Uint8Array> {
  try {
    let size = 0;
    for await (const chunk of streamBy(suffix, bytes)) {
      size += chunk.length;
      if (size > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES} bytes`);
      yield chunk;
    }
  } catch (cause) {
    throw new S6tsError('decompress-failed', `cannot unpack ${what}: ${reasonOf(cause)}`, { what, cause });
  }
}

function streamBy(suffix: string, bytes: Uint8Array): AsyncIterable<Uint8Array> {
  if (suffix === '') return streamOf([bytes]);
  if (suffix === '.gz') return Readable.from([bytes]).compose(createGunzip()) as AsyncIterable<Uint8Array>;
  if (suffix === '.xz') return unxz(streamOf([bytes]));
  throw new Error(`unknown compression "${suffix}"`);
}
