import { gunzipSync } from 'node:zlib';
import xz from 'xz-decompress';
import { reasonOf, S6tsError } from '../../../base/error.js';

/** The suffixes that `decompress` reads, the smallest first. */
export const SUFFIXES = ['.xz', '.gz', ''] as const;

/**
 * Unpacks bytes by the suffix of their file name: `.xz`, `.gz` or none.
 * @throws S6tsError `decompress-failed` naming `what`.
 */
export async function decompress(bytes: Uint8Array, suffix: string, what: string): Promise<Uint8Array> {
  try {
    if (suffix === '') return bytes;
    if (suffix === '.gz') return gunzipSync(bytes);
    if (suffix === '.xz') return await unxz(bytes);
  } catch (cause) {
    throw new S6tsError('decompress-failed', `cannot unpack ${what}: ${reasonOf(cause)}`, { what, cause });
  }
  throw new S6tsError('decompress-failed', `cannot unpack ${what}: unknown compression "${suffix}"`, {
    what,
  });
}

async function unxz(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  const chunks: Uint8Array[] = [];
  const reader = new xz.XzReadableStream(packed).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read())
    chunks.push(Uint8Array.from(next.value));
  return Buffer.concat(chunks);
}
