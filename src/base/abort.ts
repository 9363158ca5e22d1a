/** Why a signal that is aborted is. */
export function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

/** What comes of `work`; the signal's reason as soon as it is aborted, `work` going on by itself. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortReason(signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/**
 * `work` with a signal that is aborted `ms` milliseconds after `signal`: what only its own end makes clear gets that long.
 */
export async function withGrace<T>(
  signal: AbortSignal,
  ms: number,
  work: (own: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => void (timer = setTimeout(() => own.abort(signal.reason), ms));
  // One of our own: a signal with many listeners is warned of.
  const given = AbortSignal.any([signal]);
  given.addEventListener('abort', begin, { once: true });
  if (given.aborted) begin();
  try {
    return await work(own.signal);
  } finally {
    given.removeEventListener('abort', begin);
    clearTimeout(timer);
  }
}
