import { measured, streamOf } from '../../../base/byte-stream.js';
import { S6tsError } from '../../../base/error.js';
import type { Descriptor, Layer } from '../../image.js';
import { textDescriptor } from '../../blob/descriptor.js';
import { MEDIA_TYPES } from '../../blob/media-type.js';
import { verified } from '../../blob/verified.js';
import { blobFile } from '../oci-layout/layout-reader.js';
import type { ArchiveMember } from './archive-stream.js';

/** A blob, and a way to read it as often as needed. */
export interface Blob {
  readonly descriptor: Descriptor;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** A blob that is in memory: a config, a manifest, an index. */
export function blobOf(text: string, mediaType: string): Blob {
  const bytes = Buffer.from(text);
  return { descriptor: textDescriptor(text, mediaType), open: () => streamOf([bytes]) };
}

/** The file of an archive that a blob is; its bytes are checked as they are read. */
export function memberOf({ descriptor, open }: Blob): ArchiveMember {
  const { digest, size } = descriptor;
  return { path: blobFile(digest), size, open: () => verified(open(), descriptor, `the blob ${digest}`) };
}

/** A layer's very bytes, where the source had them compressed. */
export function packedBlob({ blob, openBlob }: Layer): Blob | undefined {
  return blob === undefined || openBlob === undefined ? undefined : { descriptor: blob, open: openBlob };
}

/**
 * A layer as a blob: its very bytes where the source had them compressed, else the uncompressed tar.
 * @throws S6tsError `image-invalid` for a layer that can't be opened
 */
export async function layerBlob(layer: Layer): Promise<Blob> {
  const { open, diffId, size } = layer;
  const packed = packedBlob(layer);
  if (packed !== undefined) return packed;
  if (open === undefined) {
    throw new S6tsError('image-invalid', `the layer ${diffId} isn't here: its store keeps it to itself`, {
      what: diffId,
    });
  }
  const bytes = size ?? (await measured(open())).size;
  return { descriptor: { mediaType: MEDIA_TYPES.oci.layer.none, digest: diffId, size: bytes }, open };
}
