import { parentPort } from 'node:worker_threads';
import { compress, type Compression } from './compress.js';

// One piece of work a worker: the bytes come in, the packed ones go back, and the thread ends.
parentPort?.once('message', ({ bytes, how }: { bytes: Uint8Array; how: Compression }) => {
  void compress(bytes, how).then((packed) => parentPort?.postMessage(packed));
});
