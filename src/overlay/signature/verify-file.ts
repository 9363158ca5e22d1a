import { open, type FileHandle } from 'node:fs/promises';
import { fileError, S6tsError } from '../../base/error.js';
import { MAX_SIGNATURE_BYTES } from './packets.js';
import type { TrustedKey } from './trusted-keys.js';
import type { Verdict } from './verdict.js';
import { verifyDetached } from './verify.js';

export interface VerifyFileOptions {
  readonly signatureFile: string;
  readonly file: string;
  readonly keys: readonly TrustedKey[];
  readonly now: Date;
  /** Told the bytes read so far, and how many there are. */
  readonly onBytes?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** How much of the file is held at once. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Checks a detached signature in one file over another file.
 * @throws S6tsError `file-missing` | `file-error` for a file that can't be read; the reason of `signal` once aborted
 */
export async function verifyFile(options: VerifyFileOptions): Promise<Verdict> {
  const { signatureFile, file, keys, now } = options;
  const signature = await signatureBytes(signatureFile);
  const handle = await openFile(file);
  try {
    return await verifyDetached(signature, fileChunks(handle, file, options), keys, now);
  } finally {
    await handle.close();
  }
}

/**
 * The bytes of an open file from its start, a chunk at a time.
 * @throws S6tsError `file-error`; the reason of `signal` once aborted
 */
export async function* fileChunks(
  handle: FileHandle,
  path: string,
  options: Pick<VerifyFileOptions, 'onBytes' | 'signal'>,
): AsyncGenerator<Uint8Array> {
  try {
    const status = await handle.stat();
    // A pipe has no positions; a file is read from its start each time.
    const positions = status.isFile();
    for (let done = 0; ;) {
      options.signal?.throwIfAborted();
      const { bytesRead, buffer } = await handle.read(
        Buffer.allocUnsafe(CHUNK_BYTES),
        0,
        CHUNK_BYTES,
        positions ? done : null,
      );
      if (bytesRead === 0) return;
      done += bytesRead;
      options.onBytes?.(done, status.size);
      yield new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead);
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    throw fileError('read', path, error);
  }
}

/** Opens a file to read. @throws S6tsError `file-missing` | `file-error`, also for a folder */
export async function openFile(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, 'r');
    const status = await handle.stat();
    if (!status.isDirectory()) return handle;
    await handle.close();
  } catch (error) {
    throw fileError('read', path, error);
  }
  throw new S6tsError('file-error', `cannot read ${path}: it is a folder`, { what: path });
}

/** A signature file whole, or just enough of a large one to see that it is none. */
async function signatureBytes(path: string): Promise<Uint8Array> {
  const handle = await openFile(path);
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of fileChunks(handle, path, {})) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_SIGNATURE_BYTES) break;
    }
    return Buffer.concat(chunks);
  } finally {
    await handle.close();
  }
}
