import { createGzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { counted, measured, streamOf } from '../../base/byte-stream.js';
import { S6tsError } from '../../base/error.js';
import { mapParallel } from '../../base/parallel.js';
import type { Progress } from '../../base/progress.js';
import { retrying, type Patience } from '../../base/retry.js';
import type { Descriptor, Image, Layer } from '../image.js';
import { manifestOf } from '../manifest.js';
import type { Content, Written } from '../store.js';
import type { BlobWriter, Committed } from './blob-store.js';
import { parseManifest, textDescriptor } from './descriptor.js';
import { isForeignLayer, MEDIA_TYPES, type MediaFamily } from './media-type.js';

/** The family of a manifest that is made new: every tool of today reads it. */
const NEW_FAMILY: MediaFamily = 'oci';

export interface WriteOptions {
  readonly progress: Progress;
  /** For layers that come from afar. */
  readonly patience?: Patience;
  readonly signal?: AbortSignal;
  /** Blobs and images that are stored at a time; one after the other where their order shows in what is written. */
  readonly atATime: number;
}

/** Layers that are looked for or taken over at a time, while one is sent, where more than one thing is stored at a time. */
const LAYERS = 6;

/**
 * Writes an image, or an index after its images: blobs first, then what names them, the name last.
 * @throws S6tsError of the writer; nothing bears the name then that did not before.
 */
export async function writeImage(writer: BlobWriter, content: Content, how: WriteOptions): Promise<Written> {
  if (content.kind === 'image') {
    const manifest = await putBlobs(writer, content.image, how);
    return done(await writer.commit(manifest.text, manifest.mediaType));
  }
  await mapParallel(
    content.images,
    how.atATime,
    async (image, signal) => {
      const manifest = await putBlobs(writer, image, { ...how, signal });
      await writer.putManifest(manifest.text, manifest.mediaType);
    },
    how.signal,
  );
  return done(await writer.commit(content.text, content.mediaType));
}

function done({ descriptor, replaced }: Committed): Written {
  return {
    id: descriptor.digest,
    via: 'blobs',
    ...(replaced === undefined || replaced === descriptor.digest ? {} : { replaced }),
  };
}

/** Stores the blobs that aren't there; gives the manifest that names them. */
async function putBlobs(
  writer: BlobWriter,
  image: Image,
  how: WriteOptions,
): Promise<{ readonly text: string; readonly mediaType: string }> {
  const config = textDescriptor(image.config, MEDIA_TYPES[NEW_FAMILY].config);
  let sent: Promise<unknown> = Promise.resolve();
  const store = async (layer: Layer, signal: AbortSignal): Promise<Descriptor> => {
    const there = await isThere(writer, layer, signal);
    if (there !== undefined) return there;
    // One after the other; once one has failed, those that stand in line fail with it.
    const put = sent.then(() => {
      signal.throwIfAborted();
      return putLayer(writer, layer, { ...how, signal });
    });
    sent = put;
    return put;
  };
  const putLayers = (signal: AbortSignal): Promise<Descriptor[]> =>
    mapParallel(image.layers, how.atATime > 1 ? LAYERS : 1, store, signal);
  const putConfig = async (signal: AbortSignal): Promise<Descriptor[]> => {
    if (!(await writer.has(config, undefined, signal)))
      await writer.put(config, () => streamOf([Buffer.from(image.config)]), signal);
    return [];
  };
  const [blobs = []] = await mapParallel(
    [putLayers, putConfig],
    how.atATime,
    (put, signal) => put(signal),
    how.signal,
  );
  const mediaType = image.manifest?.mediaType ?? MEDIA_TYPES[NEW_FAMILY].manifest;
  const text = image.manifest?.text ?? manifestOf(image, blobs, NEW_FAMILY);
  const named = parseManifest(text, mediaType, 'the new manifest').config;
  if (config.digest !== named.digest || config.size !== named.size) {
    throw new S6tsError(
      'image-invalid',
      `the manifest names the config ${named.digest}, not ${config.digest}`,
    );
  }
  return { text, mediaType };
}

/** The blob where it needn't be sent: it is there, it can be taken over, or it must not be passed on. */
async function isThere(
  writer: BlobWriter,
  { blob, home }: Layer,
  signal: AbortSignal,
): Promise<Descriptor | undefined> {
  if (blob === undefined) return undefined;
  return isForeignLayer(blob.mediaType) || (await writer.has(blob, home, signal)) ? blob : undefined;
}

async function putLayer(writer: BlobWriter, layer: Layer, how: WriteOptions): Promise<Descriptor> {
  const { blob, openBlob, open } = layer;
  const { progress, patience, signal } = how;
  if (blob !== undefined) {
    if (openBlob === undefined) throw unreadable(layer);
    progress.stage(`send layer ${blob.digest}`);
    const put = (): Promise<void> => writer.put(blob, () => counted(openBlob(), progress, blob.size), signal);
    await retrying(put, patience, signal);
    return blob;
  }
  if (open === undefined) throw unreadable(layer);
  progress.stage(`pack layer ${layer.diffId}`);
  const described = await packedDescriptor(() => gzipped(open()));
  if (!(await writer.has(described, undefined, signal)))
    await writer.put(described, () => gzipped(open()), signal);
  return described;
}

/** What a layer will be once it is packed: that is done twice, so that no layer has to be held in memory. */
async function packedDescriptor(open: () => AsyncIterable<Uint8Array>): Promise<Descriptor> {
  return { mediaType: MEDIA_TYPES[NEW_FAMILY].layer.gzip, ...(await measured(open())) };
}

function gzipped(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return Readable.from(bytes, { objectMode: false }).pipe(createGzip({ level: 6 }));
}

function unreadable({ blob, diffId }: Layer): S6tsError {
  const what = blob?.digest ?? diffId;
  return new S6tsError('layer-unreadable', `the layer ${what} can't be read where it lies`, {
    what,
    hint: 'copy the whole image there first, then inject',
  });
}
