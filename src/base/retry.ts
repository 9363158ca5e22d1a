import { setTimeout as sleep } from 'node:timers/promises';
import { S6tsError } from './error.js';

/** How long a server is borne with. */
export interface Patience {
  /** Tries altogether, for what may pass by itself: no connection, a cut body, 429, 5xx. Default 4. */
  readonly attempts?: number;
  /** Wait before the second try; doubles each time, with up to as much again of jitter. Default 500. */
  readonly backoffMs?: number;
  /** Longest silence before a try counts as failed: no header, or hardly a byte, for this long. Default 30000. */
  readonly idleMs?: number;
}

/** However long a server asks us to wait (Retry-After), we wait no longer than this. */
const LONGEST_WAIT_MS = 30_000;

/** A failure that may pass by itself; `final` is what it becomes when it doesn't. */
export class TemporaryError extends S6tsError {
  constructor(
    readonly final: S6tsError,
    readonly retryAfterMs?: number,
  ) {
    const { code, message, what, hint, cause } = final;
    super(code, message, {
      cause,
      ...(what === undefined ? {} : { what }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/**
 * Does work again where it fails in a way that may pass by itself.
 * @throws what `work` throws, a TemporaryError as its `final`; the signal's reason when aborted.
 */
export async function retrying<T>(
  work: () => Promise<T>,
  patience: Patience = {},
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      await bear(error, attempt, patience, signal);
    }
  }
}

/**
 * Waits for the time of the next try after one that has failed, the `attempt`-th.
 * @throws what can't pass by itself; a TemporaryError's `final` where that was the last try; the signal's reason.
 */
export async function bear(
  error: unknown,
  attempt: number,
  { attempts = 4, backoffMs = 500 }: Patience,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  if (!(error instanceof TemporaryError)) throw error;
  if (attempt >= attempts) throw error.final;
  await pause(waitMs(attempt, error, backoffMs), signal);
}

/** What a refusal is by its status: a TemporaryError where another try may better it, after what Retry-After asks for. */
export function refusedBy(
  { status, headers }: { readonly status: number; readonly headers: { get(name: string): string | null } },
  error: S6tsError,
): S6tsError {
  return isTemporaryStatus(status)
    ? new TemporaryError(error, retryAfterMs(headers.get('retry-after')))
    : error;
}

/** What an answer's Retry-After asks for (RFC 9110, 10.2.3: seconds, or a date), in milliseconds. */
export function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** True for an answer that another try may better: too many requests, or a fault of the server. */
export function isTemporaryStatus(status: number): boolean {
  return status === 429 || status >= 500;
}

/** Waits; an abort ends it with the signal's own reason. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}

/** How long to wait before the try after this one: exponential, with jitter; at the least what the server asks for. */
function waitMs(attempt: number, error: TemporaryError, backoffMs: number): number {
  const own = backoffMs * 2 ** (attempt - 1) * (1 + Math.random());
  return Math.min(LONGEST_WAIT_MS, Math.max(own, error.retryAfterMs ?? 0));
}
