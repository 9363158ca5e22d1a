import { open, stat } from 'node:fs/promises';
import { measured } from '../../base/byte-stream.js';
import { fileError } from '../../base/error.js';
import { fileStream } from '../../base/file-stream.js';
import type { Progress } from '../../base/progress.js';
import type { Descriptor, Layer } from '../image.js';
import { unpacked } from '../blob/decompress.js';
import { MEDIA_TYPES } from '../blob/media-type.js';
import { MAGIC_BYTES, packingIn, type Packing } from '../blob/packing.js';
import { folderTar, type FolderTarOptions } from './folder-tar.js';
import { indexTar, type TarIndex } from './tar-index.js';

/** A root file system, ready to be an image's first layer. */
export interface Rootfs extends Pick<TarIndex, 'tree' | 'architecture' | 'newest'> {
  readonly layer: Layer & { readonly blob: Descriptor };
}

export interface RootfsOptions extends FolderTarOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Opens a root file system: a folder, or a tar that is plain or packed with gzip, xz or zstd. A gzip file is a layer's blob as it is;
 * everything else becomes an uncompressed one.
 * @throws S6tsError `file-…`, `rootfs-…`, `unpack-failed`
 */
export async function openRootfs(path: string, options: RootfsOptions): Promise<Rootfs> {
  const facts = await stat(path).catch((error: unknown) => {
    throw fileError('read the root file system', path, error);
  });
  options.progress.stage(`read ${path}`);
  if (facts.isDirectory()) return opened(path, () => folderTar(path, options), options);
  const packing = await packingOf(path);
  const rootfs = await opened(path, () => unpacked(fileStream(path), path), options);
  return packing === 'gzip' ? withBlob(rootfs, path, facts.size) : rootfs;
}

async function packingOf(path: string): Promise<Packing> {
  const bytes = Buffer.alloc(MAGIC_BYTES);
  try {
    const handle = await open(path, 'r');
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, null).finally(() => handle.close());
    return packingIn(bytes.subarray(0, bytesRead));
  } catch (error) {
    throw fileError('read', path, error);
  }
}

async function opened(
  path: string,
  tar: () => AsyncIterable<Uint8Array>,
  { progress, signal }: RootfsOptions,
): Promise<Rootfs> {
  const index = await indexTar(watched(tar(), progress, signal), path);
  const blob = { mediaType: MEDIA_TYPES.oci.layer.none, digest: index.diffId, size: index.size };
  return { ...index, layer: { diffId: index.diffId, blob, openBlob: tar } };
}

/** The same, with the gzip file itself as the blob. */
async function withBlob(rootfs: Rootfs, path: string, size: number): Promise<Rootfs> {
  const openBlob = (): AsyncIterable<Uint8Array> => fileStream(path);
  const { digest } = await measured(openBlob());
  const blob = { mediaType: MEDIA_TYPES.oci.layer.gzip, digest, size };
  return { ...rootfs, layer: { diffId: rootfs.layer.diffId, blob, openBlob } };
}

async function* watched(
  tar: AsyncIterable<Uint8Array>,
  progress: Progress,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of tar) {
    signal.throwIfAborted();
    done += chunk.length;
    progress.bytes(done);
    yield chunk;
  }
}
