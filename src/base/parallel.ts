/**
 * Does `work` for each item, at most `limit` at a time, and returns the results in the items' order. After a failure
 * nothing more is begun, what is under way is told by its signal, and the first failure is thrown when all has ended.
 * @throws what `work` throws; the reason of `signal` when aborted.
 */
export async function mapParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const failure = new AbortController();
  const both = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const results: R[] = [];
  const waiting = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !both.aborted; next = waiting.shift()) {
      const [index, item] = next;
      try {
        results[index] = await work(item, both);
      } catch (error) {
        failure.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  both.throwIfAborted();
  return results;
}
