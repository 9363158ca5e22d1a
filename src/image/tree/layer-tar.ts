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
