import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { abortReason } from '../base/abort.js';
import { compress, type Compression } from './compress.js';

/** The path holds from dist/cli/run.cjs, too, where scripts/bundle.js puts this module's code. */
const WORKER = fileURLToPath(new URL('../overlay/compress-worker.js', import.meta.url));

/** Threads that are at work, and those who wait for one of theirs to end. */
let busy = 0;
const waiting: (() => void)[] = [];

/**
 * `compress` in a thread of its own, so that tarballs are packed side by side and Ctrl-C is heard; no more threads
 * than processors. @throws the reason of `signal` once aborted.
 */
export async function compressApart(
  bytes: Uint8Array,
  how: Compression,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  // Straight from the sources (tests) there is no compiled worker.
  if (!existsSync(WORKER)) return compress(bytes, how);
  if (busy >= availableParallelism()) await new Promise<void>((resolve) => waiting.push(resolve));
  else busy += 1;
  try {
    signal?.throwIfAborted();
    return await inWorker(bytes, how, signal);
  } finally {
    const next = waiting.shift();
    if (next === undefined) busy -= 1;
    else next();
  }
}

function inWorker(bytes: Uint8Array, how: Compression, signal: AbortSignal | undefined): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER);
    const abort = (): void => void worker.terminate();
    signal?.addEventListener('abort', abort, { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      signal?.removeEventListener('abort', abort);
      // After a message this says nothing any more.
      reject(
        signal?.aborted === true ? abortReason(signal) : new Error(`the packing thread ended with ${code}`),
      );
    });
    worker.postMessage({ bytes, how });
  });
}
