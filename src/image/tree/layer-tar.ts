import { createHash } from 'node:crypto';
import { S6tsError } from '../../base/error.js';
import { unpacked } from '../blob/decompress.js';
import type { Layer } from '../image.js';

/** How a layer is called in messages. */
export function layerName({ blob, diffId }: Layer): string {
  return `the layer ${blob?.digest ?? diffId}`;
}

/**
 * A layer's tar, unpacked where only its blob can be had; `through` is laid round the blob's stream.
 * @throws S6tsError `layer-unreadable`; the stream throws `layer-malformed`.
 */
export function layerTar(
  layer: Layer,
  through: (blob: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array> = (blob) => blob,
): AsyncIterable<Uint8Array> {
  const what = layerName(layer);
  if (layer.open !== undefined) return layer.open();
  if (layer.openBlob !== undefined) return unpacked(through(layer.openBlob()), what);
  throw new S6tsError('layer-unreadable', `${what} can't be read where it lies`, { what });
}

/**
 * The same tar, hashed on the way: only at its end it is known to be the layer's. @throws S6tsError `image-invalid` where it
 * isn't that of its diff id.
 */
export async function* ofItsDiffId(tar: AsyncIterable<Uint8Array>, layer: Layer): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of tar) {
    hash.update(chunk);
    yield chunk;
  }
  const diffId = `sha256:${hash.digest('hex')}`;
  if (diffId === layer.diffId) return;
  const what = layerName(layer);
  throw new S6tsError('image-invalid', `${what} unpacks to ${diffId}, the config says ${layer.diffId}`, {
    what,
  });
}
