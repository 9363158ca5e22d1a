import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fetch, { FetchError, type Response } from 'node-fetch';
import { reasonOf, S6tsError } from './error.js';
import { agentFor } from './proxy.js';

export interface FetchOptions {
  /** Cancels at once, between tries too. */
  readonly signal?: AbortSignal;
  /**
   * Longest silence before a try counts as failed: no header, or hardly a byte (LEAST_BYTES), for this long. Default
   * 30000.
   */
  readonly idleMs?: number;
  /** Tries altogether, for what may pass by itself: no connection, a cut body, 429, 5xx. Default 4. */
  readonly attempts?: number;
  /** Wait before the second try; doubles each time, with up to as much again of jitter. Default 500. */
  readonly backoffMs?: number;
  /** A longer body is refused. Default 1 GB. */
  readonly maxBytes?: number;
  /** The body must have this many bytes and this SHA-256 (64 hex digits). */
  readonly expect?: { readonly size: number; readonly sha256: string };
  /** Called as bytes come in. */
  readonly onBytes?: (done: number, total?: number) => void;
}

const DEFAULT_MAX_BYTES = 1_000_000_000;
/** A server that keeps us with a byte now and then would do so for ever: this many must come within `idleMs`. */
const LEAST_BYTES = 8192;
/** However long a server asks us to wait (Retry-After), we wait no longer than this. */
const LONGEST_WAIT_MS = 30_000;

/**
 * GETs a URL into memory; follows redirects; retries what may pass by itself.
 * @throws S6tsError `fetch-missing` (404, 410), `fetch-status`, `fetch-unreachable`, `fetch-mismatch` (size or hash),
 * `fetch-too-large`; the signal's reason when aborted.
 */
export async function fetchBytes(url: string, options: FetchOptions = {}): Promise<Uint8Array> {
  const attempts = options.attempts ?? 4;
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryOnce(url, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof Temporary)) throw error;
      if (attempt >= attempts) throw error.final;
      await pause(waitMs(attempt, error, options.backoffMs ?? 500), options.signal);
    }
  }
}

/** Waits; an abort ends it with the signal's own reason. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}

/** A failure that may pass by itself; `final` is what it becomes when it doesn't. */
class Temporary extends Error {
  constructor(
    readonly final: S6tsError,
    readonly retryAfterMs?: number,
  ) {
    super(final.message);
  }
}

async function tryOnce(url: string, options: FetchOptions): Promise<Uint8Array> {
  const idleMs = options.idleMs ?? 30_000;
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), idleMs);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), idleMs);
  };
  const signal =
    options.signal === undefined ? silence.signal : AbortSignal.any([options.signal, silence.signal]);
  try {
    const response = await fetch(url, {
      signal,
      compress: false,
      agent: (to) => agentFor(to),
      headers: { 'user-agent': 's6ts', accept: '*/*' },
    });
    alive();
    assertStatus(response, url);
    return await readBody(response, url, options, alive);
  } catch (error) {
    if (silence.signal.aborted) {
      throw new Temporary(
        unreachable(url, `no answer, or hardly any, for ${(idleMs / 1000).toFixed(1)} s`, error),
      );
    }
    if (error instanceof S6tsError || error instanceof Temporary) throw error;
    if (error instanceof FetchError && error.type !== 'system') throw unreachable(url, error.message, error);
    throw new Temporary(unreachable(url, reasonOf(error), error));
  } finally {
    clearTimeout(timer);
  }
}

function assertStatus(response: Response, url: string): void {
  if (response.ok) return;
  const { status } = response;
  const what = new S6tsError(
    status === 404 || status === 410 ? 'fetch-missing' : 'fetch-status',
    `${url}: the server answered ${status} ${response.statusText}`.trimEnd(),
    { what: url },
  );
  if (status === 429 || status >= 500) throw new Temporary(what, retryAfterMs(response));
  throw what;
}

async function readBody(
  response: Response,
  url: string,
  options: FetchOptions,
  alive: () => void,
): Promise<Uint8Array> {
  const most = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const limit = options.expect?.size ?? most;
  if (limit > most) throw tooLarge(url, most);
  const declared = Number(response.headers.get('content-length') ?? Number.NaN);
  const total = Number.isFinite(declared) ? declared : options.expect?.size;
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  let done = 0;
  let counted = 0;
  for await (const chunk of response.body ?? []) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    done += bytes.length;
    if (done > limit) throw tooLong(url, limit, options);
    hash.update(bytes);
    chunks.push(bytes);
    if (done - counted >= LEAST_BYTES) {
      counted = done;
      alive();
    }
    options.onBytes?.(done, total);
  }
  if (options.expect !== undefined) assertExpected(url, done, hash.digest('hex'), options.expect);
  return Buffer.concat(chunks, done);
}

function assertExpected(
  url: string,
  size: number,
  sha256: string,
  expect: { size: number; sha256: string },
): void {
  if (size !== expect.size) {
    throw new S6tsError('fetch-mismatch', `${url} has ${size} bytes where ${expect.size} were promised`, {
      what: url,
    });
  }
  if (sha256 !== expect.sha256) {
    throw new S6tsError(
      'fetch-mismatch',
      `${url} has the SHA-256 ${sha256} where ${expect.sha256} was promised`,
      {
        what: url,
      },
    );
  }
}

function tooLong(url: string, limit: number, options: FetchOptions): S6tsError {
  if (options.expect !== undefined) {
    return new S6tsError('fetch-mismatch', `${url} is longer than the ${limit} bytes that were promised`, {
      what: url,
    });
  }
  return tooLarge(url, limit);
}

function tooLarge(url: string, limit: number): S6tsError {
  return new S6tsError('fetch-too-large', `${url} is longer than the ${limit} bytes that are read at most`, {
    what: url,
  });
}

function unreachable(url: string, reason: string, cause: unknown): S6tsError {
  return new S6tsError('fetch-unreachable', `cannot fetch ${url}: ${reason}`, { what: url, cause });
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfterMs(response: Response): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function waitMs(attempt: number, error: Temporary, backoffMs: number): number {
  const own = backoffMs * 2 ** (attempt - 1) * (1 + Math.random());
  return Math.min(LONGEST_WAIT_MS, Math.max(own, error.retryAfterMs ?? 0));
}
