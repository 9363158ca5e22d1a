import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import xz from 'xz-decompress';

/** The bytes of an xz stream (The .xz File Format). @throws the decoder's error */
export async function* unxz(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const packed = Readable.from(bytes, { objectMode: false });
  const reader = new xz.XzReadableStream(Readable.toWeb(packed) as WebStream<Uint8Array>).getReader();
  try {
    // The decoder writes each chunk into the same memory.
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value.slice();
  } finally {
    packed.destroy();
  }
}
