import { S6tsError } from '../base/error.js';
import { textDescriptor } from './blob/descriptor.js';
import { MEDIA_TYPES, type MediaFamily } from './blob/media-type.js';
import { appendAt, rawAt, removeAt, setAt } from './config.js';
import type { Descriptor, Image, Layer } from './image.js';

/*
 * A manifest follows its config: these two keep it as text, so that what is not edited keeps its bytes and an edit
 * undone gives the very manifest back.
 */

/** An image with a new config and one layer more; its manifest follows, where it has one: then the layer has to come packed. */
export function withTopLayer(image: Image, config: string, layer: Layer): Image {
  const { manifest } = image;
  const layers = [...image.layers, layer];
  if (manifest === undefined) return { config, layers };
  if (layer.blob === undefined) throw new S6tsError('image-invalid', 'a manifest needs a packed layer');
  const raw = JSON.stringify(inFamilyOf(manifest.text, layer.blob));
  const text = appendAt(withNewConfig(manifest.text, config), ['layers'], raw);
  return { config, layers, manifest: { ...manifest, text } };
}

/** The same undone: the config as it was, without the top layer that is at `index`. */
export function withoutTopLayer(image: Image, config: string, index: number): Image {
  const layers = image.layers.slice(0, index);
  return {
    config,
    layers,
    ...edited(image, (text) => removeAt(withNewConfig(text, config), ['layers', index])),
  };
}

/** An image with a new config and the same layers. */
export function withConfig(image: Image, config: string): Image {
  return { config, layers: image.layers, ...edited(image, (text) => withNewConfig(text, config)) };
}

function edited({ manifest }: Image, change: (text: string) => string): Pick<Image, 'manifest'> {
  return manifest === undefined ? {} : { manifest: { ...manifest, text: change(manifest.text) } };
}

/** The digest and size of the config, put in their places. */
function withNewConfig(manifest: string, config: string): string {
  const { digest, size } = textDescriptor(config, '');
  return setAt(
    setAt(manifest, ['config', 'digest'], JSON.stringify(digest)),
    ['config', 'size'],
    String(size),
  );
}

/** A manifest for an image that comes from where there are none; each of its layers needs a blob. */
export function manifestOf(image: Image, blobs: readonly Descriptor[], family: MediaFamily): string {
  const types = MEDIA_TYPES[family];
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: textDescriptor(image.config, types.config),
    layers: blobs,
  });
}

/** Each family has its own name for a layer packed with gzip. */
function inFamilyOf(manifest: string, layer: Descriptor): Descriptor {
  const mediaType = rawAt(manifest, ['mediaType']);
  const config = rawAt(manifest, ['config', 'mediaType']) ?? '';
  const docker = (mediaType ?? config).includes('vnd.docker.');
  return { ...layer, mediaType: MEDIA_TYPES[docker ? 'docker' : 'oci'].layer.gzip };
}
