import { collected, streamOf } from '../base/byte-stream.js';
import { digestOf, hexOf } from '../base/digest.js';
import { SingleFlight } from '../base/single-flight.js';
import { packTar } from '../overlay/pack.js';
import { packedCache } from '../overlay/packed-cache.js';
import { MEDIA_TYPES } from './blob/media-type.js';
import type { Descriptor, Layer } from './image.js';

/**
 * A layer of ours with its blob: packed as a release is, and through the same cache, so the same layer has the same
 * digest in every store.
 */
export async function packLayer(layer: OpenLayer, cacheFolder: string): Promise<PackedLayer> {
  // Of images on one base all get the same layer.
  const { bytes, blob } = await flights.once(layer.diffId, () => packed(layer, cacheFolder));
  return { ...layer, blob, openBlob: () => streamOf([bytes]) };
}

/** A layer and its blob; `open` only where it was laid out just now. */
export type PackedLayer = Layer & Required<Pick<Layer, 'size' | 'blob' | 'openBlob'>>;

/** A layer that was packed before, out of the cache; undefined where that has its blob no more. */
export async function packedBefore(
  layer: Pick<PackedLayer, 'diffId' | 'size' | 'blob'>,
  cacheFolder: string,
): Promise<PackedLayer | undefined> {
  const bytes = await packedCache(cacheFolder).known(hexOf(layer.diffId), 'fast', hexOf(layer.blob.digest));
  return bytes === undefined ? undefined : { ...layer, openBlob: () => streamOf([bytes]) };
}

type OpenLayer = Layer & Required<Pick<Layer, 'open' | 'size'>>;

interface Packed {
  readonly bytes: Uint8Array;
  readonly blob: Descriptor;
}

const flights = new SingleFlight<Packed>();

async function packed(layer: OpenLayer, cacheFolder: string): Promise<Packed> {
  const tar = await collected(layer.open());
  const bytes = await packTar(tar, { compression: 'fast', cache: packedCache(cacheFolder) });
  const blob = { mediaType: MEDIA_TYPES.oci.layer.gzip, digest: digestOf(bytes), size: bytes.length };
  return { bytes, blob };
}
