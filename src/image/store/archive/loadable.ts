import { MEDIA_TYPES } from '../../blob/media-type.js';
import type { Image, Layer } from '../../image.js';
import type { Content } from '../../store.js';
import { layerTar } from '../../tree/layer-tar.js';

const ZSTD: ReadonlySet<string> = new Set(Object.values(MEDIA_TYPES).map(({ layer }) => layer.zstd));

/**
 * An image as every `docker load` reads it: layers packed with zstd, which engines before version 23 don't know, are plain
 * tars. The manifest that names the packed ones is left out then; the image id is the config's, and stays.
 */
export function loadable(content: Content): Content {
  if (content.kind === 'index' || !content.image.layers.some(isZstd)) return content;
  const { config, layers } = content.image;
  const image: Image = { config, layers: layers.map((layer) => (isZstd(layer) ? plain(layer) : layer)) };
  return { kind: 'image', image };
}

function isZstd({ blob }: Layer): boolean {
  return blob !== undefined && ZSTD.has(blob.mediaType);
}

function plain(layer: Layer): Layer {
  return { diffId: layer.diffId, open: () => layerTar(layer) };
}
