import { bear, TemporaryError, type Patience } from './retry.js';

/**
 * A download of `size` bytes as one stream, however often it is cut: `open` asks for the bytes from an offset on. Tries
 * are counted anew after each that brought something.
 * @throws what `open` and its streams throw, a TemporaryError as its `final` after as many tries as `patience` has; with
 * `cut()` for a stream that ends early.
 */
export async function* resuming(
  open: (from: number) => Promise<AsyncIterable<Uint8Array>>,
  { size, cut }: { readonly size: number; readonly cut: (done: number) => TemporaryError },
  patience: Patience,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for (let attempt = 1; ; attempt++) {
    const before = done;
    try {
      for await (const chunk of await open(done)) {
        done += chunk.length;
        yield chunk;
      }
      if (done >= size) return;
      throw cut(done);
    } catch (error) {
      signal?.throwIfAborted();
      // Cut behind its last byte: whether they are the right ones is for others to say.
      if (error instanceof TemporaryError && done >= size) return;
      if (done > before) attempt = 1;
      await bear(error, attempt, patience, signal);
    }
  }
}
