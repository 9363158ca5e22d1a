import { ReadableStream, TransformStream, type WritableStreamDefaultWriter } from 'node:stream/web';

/**
 * What openpgp calls the data of a signature, read once. The library's own LiteralDataPacket keeps a second copy of a
 * streamed content for whoever may ask for it later, that is all of it in memory; here nobody will.
 */
export interface OnePassData {
  readonly text: null;
  getBytes(): ReadableStream<Uint8Array>;
}

/** Content as data of one signature. */
export function onePassData(content: AsyncIterable<Uint8Array>): OnePassData {
  const stream = streamOf(content);
  return { text: null, getBytes: () => stream };
}

/**
 * Runs several readers over one content, which is read once: each gets it in step with the slowest, so that memory
 * stays bounded. A reader that ends early is left out from then on.
 * @returns the readers' results, in their order
 * @throws what reading the content throws
 */
export async function readTogether<T>(
  content: AsyncIterable<Uint8Array>,
  readers: readonly ((data: OnePassData) => Promise<T>)[],
): Promise<T[]> {
  const writers: WritableStreamDefaultWriter<Uint8Array>[] = [];
  const results = readers.map((reader) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    writers.push(writer);
    const result = reader({ text: null, getBytes: () => readable });
    // Frees a write that would wait for this reader for ever.
    void result.catch(() => undefined).then(() => writer.abort().catch(() => undefined));
    return result;
  });
  const all = Promise.all(results);
  all.catch(() => undefined);
  try {
    for await (const chunk of content)
      await Promise.all(writers.map((writer) => writer.write(chunk).catch(() => undefined)));
  } catch (error) {
    await Promise.all(writers.map((writer) => writer.abort(error).catch(() => undefined)));
    throw error;
  }
  await Promise.all(writers.map((writer) => writer.close().catch(() => undefined)));
  return all;
}

/** What the library hands over as "bytes, or a stream of them". @throws TypeError for anything else */
export async function bytesOf(data: unknown): Promise<Uint8Array> {
  if (data instanceof Uint8Array) return data;
  if (!(data instanceof ReadableStream)) throw new TypeError('neither bytes nor a stream');
  const chunks: Uint8Array[] = [];
  for await (const chunk of data) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('not a stream of bytes');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function streamOf(content: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = content[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
