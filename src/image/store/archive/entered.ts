import type { Descriptor, Image, Platform } from '../../image.js';
import { MEDIA_TYPES } from '../../blob/media-type.js';
import { parseManifest, textDescriptor } from '../../blob/descriptor.js';
import { manifestOf } from '../../manifest.js';
import type { Content } from '../../store.js';
import type { Entered } from './archive-layout.js';
import { blobOf, layerBlob, type Blob } from './blob.js';

/** One platform's image of an archive. */
export interface PlatformImage {
  readonly image: Image;
  readonly platform: Platform;
}

/** What is written, with its layers packed or not, as they come. @throws S6tsError `image-invalid` */
export async function enteredContent(content: Content): Promise<Entered> {
  if (content.kind === 'image') {
    const { manifest, blobs } = await enteredImage(content.image);
    return { ...manifest, manifests: [], blobs };
  }
  const images = [];
  for (const image of content.images) images.push(await enteredImage(image));
  return {
    text: content.text,
    mediaType: content.mediaType,
    manifests: images.map(({ manifest }) => manifest),
    blobs: images.flatMap(({ blobs }) => blobs),
  };
}

/** New images as what is written: the only one itself, several under an index. @throws S6tsError `image-invalid` */
export async function enteredImages(images: readonly PlatformImage[]): Promise<Entered> {
  const [only, ...more] = images;
  if (only !== undefined && more.length === 0) return enteredContent({ kind: 'image', image: only.image });
  const made = [];
  for (const { image, platform } of images) made.push({ platform, ...(await enteredImage(image)) });
  const manifests = made.map(({ manifest, platform }) => ({
    ...textDescriptor(manifest.text, manifest.mediaType),
    platform,
  }));
  return {
    text: JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.oci.index, manifests }),
    mediaType: MEDIA_TYPES.oci.index,
    manifests: made.map(({ manifest }) => manifest),
    blobs: made.flatMap(({ blobs }) => blobs),
  };
}

interface EnteredImage {
  readonly manifest: { readonly text: string; readonly mediaType: string };
  readonly blobs: readonly Blob[];
}

async function enteredImage(image: Image): Promise<EnteredImage> {
  const layers: Blob[] = [];
  for (const layer of image.layers) layers.push(await layerBlob(layer));
  const manifest = image.manifest ?? {
    text: manifestOf(image, layers.map(descriptorOf), 'oci'),
    mediaType: MEDIA_TYPES.oci.manifest,
  };
  const { config } = parseManifest(manifest.text, manifest.mediaType, 'the new image');
  return { manifest, blobs: [blobOf(image.config, config.mediaType), ...layers] };
}

function descriptorOf({ descriptor }: Blob): Descriptor {
  return descriptor;
}
