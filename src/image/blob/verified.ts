import { createHash } from 'node:crypto';
import { collected } from '../../base/byte-stream.js';
import type { Digest } from '../../base/digest.js';
import { S6tsError } from '../../base/error.js';
import type { Descriptor } from '../image.js';

/**
 * A blob's bytes as they come, counted and hashed on the way: more of them than promised end it at once, a wrong digest
 * at the end. Who uses the bytes earlier has to take that back then. @throws S6tsError `blob-mismatch` naming `what`.
 */
export async function* verified(
  bytes: AsyncIterable<Uint8Array>,
  { digest, size }: Descriptor,
  what: string,
): AsyncIterable<Uint8Array> {
  let done = 0;
  for await (const chunk of digested(bytes, digest, what)) {
    done += chunk.length;
    if (done > size) throw mismatch(what, `it has more than the ${size} bytes that its descriptor says`);
    yield chunk;
  }
  if (done !== size) throw mismatch(what, `it has ${done} bytes where its descriptor says ${size}`);
}

/** Bytes as they come, hashed on the way: their digest is looked at when they end. @throws S6tsError `blob-mismatch` */
export async function* digested(
  bytes: AsyncIterable<Uint8Array>,
  digest: Digest,
  what: string,
): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest) throw mismatch(what, `its bytes have the digest ${found}, not ${digest}`);
}

/** A whole blob in memory, of at most `maxBytes`. @throws S6tsError `blob-mismatch` | `blob-too-large`. */
export async function wholeBlob(
  bytes: AsyncIterable<Uint8Array>,
  blob: Descriptor,
  what: string,
  maxBytes: number,
): Promise<Buffer> {
  if (blob.size > maxBytes) {
    throw new S6tsError(
      'blob-too-large',
      `${what} is refused: ${blob.size} bytes are too many for what it is`,
      { what },
    );
  }
  return collected(verified(bytes, blob, what));
}

function mismatch(what: string, reason: string): S6tsError {
  return new S6tsError('blob-mismatch', `${what} is not what its digest promises: ${reason}`, {
    what,
    hint: 'the store or the connection has damaged it: try again, or copy the image there anew',
  });
}
