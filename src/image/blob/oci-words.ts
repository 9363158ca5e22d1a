import { digestOf } from '../../base/digest.js';
import { setAt, valueAt } from '../config.js';
import type { Image } from '../image.js';
import type { Content } from '../store.js';
import { parseIndex, parseManifest, textDescriptor } from './descriptor.js';
import { ociTypeOf } from './media-type.js';

/**
 * The same in OCI's words, whatever the source's: in a layout skopeo, podman and umoci find nothing else. Configs and
 * layers keep their bytes, so image ids stay; manifests whose words change have new digests.
 */
export function inOciWords(content: Content): Content {
  if (content.kind === 'image') return { kind: 'image', image: ociImage(content.image) };
  const images = content.images.map(ociImage);
  const made = new Map(
    content.images.map(({ manifest }, index) => [digestOf(manifest?.text ?? ''), images[index]?.manifest]),
  );
  const text = parseIndex(content.text, 'the new index').reduce((done, { descriptor }, position) => {
    const manifest = made.get(descriptor.digest);
    if (manifest === undefined) return done;
    return Object.entries(textDescriptor(manifest.text, manifest.mediaType)).reduce(
      (entry, [key, value]) => setAt(entry, ['manifests', position, key], JSON.stringify(value)),
      done,
    );
  }, content.text);
  return { kind: 'index', ...inOwnWords(text, content.mediaType), images };
}

function ociImage(image: Image): Image {
  if (image.manifest === undefined) return image;
  const { text, mediaType } = image.manifest;
  const { layers } = parseManifest(text, mediaType, 'the new manifest');
  const places = [['config'], ...layers.map((_, index) => ['layers', index])];
  const described = places.reduce((done, place) => inWordsAt(done, [...place, 'mediaType']), text);
  return { ...image, manifest: inOwnWords(described, mediaType) };
}

/** A manifest or index with its own type changed, in it too where it says so. */
function inOwnWords(text: string, mediaType: string): { readonly text: string; readonly mediaType: string } {
  return { text: inWordsAt(text, ['mediaType']), mediaType: ociTypeOf(mediaType) };
}

function inWordsAt(text: string, path: readonly (string | number)[]): string {
  const present = valueAt(text, path);
  if (typeof present !== 'string' || ociTypeOf(present) === present) return text;
  return setAt(text, path, JSON.stringify(ociTypeOf(present)));
}
