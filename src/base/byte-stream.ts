import { createHash } from 'node:crypto';
import type { Digest } from './digest.js';
import type { Progress } from './progress.js';

/** Pieces that are in memory, as a stream. */
export async function* streamOf(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces;
  await Promise.resolve();
}

/** A stream to its end in one piece; for one that is known to be small. */
export async function collected(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The same stream, its bytes told to `progress` as they run through; `total` when known. */
export async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  progress: Progress,
  total?: number,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of bytes) {
    progress.bytes((done += chunk.length), total);
    yield chunk;
  }
}

/** Reads a stream to its end, keeping nothing: its SHA-256, and how many bytes it had. */
export async function measured(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ readonly digest: Digest; readonly size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${hash.digest('hex')}`, size };
}
