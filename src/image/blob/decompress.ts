import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { reasonOf, S6tsError } from '../../base/error.js';
import { MAGIC_BYTES, packingIn, type Packing } from './packing.js';

/**
 * A tar out of packed bytes: a layer's blob, an archive, a root. The first bytes decide, not the media type: raw tars
 * labelled gzip are in registries (skopeo#1326). @throws S6tsError `unpack-failed` naming `what`.
 */
export async function* unpacked(bytes: AsyncIterable<Uint8Array>, what: string): AsyncIterable<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let length = 0;
  while (length < MAGIC_BYTES) {
    const next = await iterator.next();
    if (next.done === true) break;
    head.push(next.value);
    length += next.value.length;
  }
  const packing = packingIn(Buffer.concat(head));
  try {
    yield* unpackedFrom(packing, rejoined(head, iterator));
  } catch (cause) {
    if (cause instanceof S6tsError) throw cause;
    throw failed(what, reasonOf(cause), cause);
  }
}

/** Decoders that few need are loaded where they are needed. */
async function* unpackedFrom(packing: Packing, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  switch (packing) {
    case 'none':
      yield* bytes;
      return;
    case 'gzip':
      yield* gunzipped(bytes);
      return;
    case 'zstd': {
      const { unzstd } = await import('./zstd.js');
      yield* unzstd(bytes);
      return;
    }
    case 'xz': {
      const { unxz } = await import('../../base/unxz.js');
      yield* unxz(bytes);
      return;
    }
    case 'bzip2':
      throw new Error('it is packed with bzip2; only gzip, xz and zstd are read');
  }
}

async function* rejoined(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* gunzipped(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = Readable.from(bytes, { objectMode: false });
  const gunzip = createGunzip();
  source.once('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function failed(what: string, reason: string, cause: unknown): S6tsError {
  return new S6tsError('unpack-failed', `${what} can't be unpacked: ${reason}`, { what, cause });
}
