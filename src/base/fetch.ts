import { sha256Hex } from './digest.js';
import { S6tsError } from './error.js';
import { PartialBody } from './partial-body.js';
import { agentFor } from './proxy.js';
import { isTemporaryStatus, retryAfterMs, retrying, TemporaryError, type Patience } from './retry.js';
import { send, type Answer } from './send.js';

export interface FetchOptions extends Patience {
  /** Cancels at once, between tries too. */
  readonly signal?: AbortSignal;
  /** A longer body is refused. Default 1 GB. */
  readonly maxBytes?: number;
  /** The body must have this many bytes and this SHA-256 (64 hex digits). */
  readonly expect?: { readonly size: number; readonly sha256: string };
  /** Called as bytes come in. */
  readonly onBytes?: (done: number, total?: number) => void;
}

const DEFAULT_MAX_BYTES = 1_000_000_000;

/**
 * GETs a URL into memory; follows redirects; retries what may pass by itself, from where the body broke off if it can.
 * @throws S6tsError `fetch-missing` (404, 410), `fetch-status`, `fetch-unreachable`, `fetch-mismatch` (size or hash),
 * `fetch-too-large`; the signal's reason when aborted.
 */
export async function fetchBytes(url: string, options: FetchOptions = {}): Promise<Uint8Array> {
  const body = new PartialBody();
  return retrying(() => tryOnce(url, options, body), options, options.signal);
}

async function tryOnce(url: string, options: FetchOptions, body: PartialBody): Promise<Uint8Array> {
  const { signal, idleMs = 30_000 } = options;
  const answer = await send(url, {
    headers: body.rangeHeaders(),
    followRedirects: true,
    agent: agentFor,
    idleMs,
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    assertStatus(answer, url, body);
    return await readBody(answer, url, options, body);
  } finally {
    answer.discard();
  }
}

function assertStatus(answer: Answer, url: string, body: PartialBody): void {
  const { status, statusText, headers } = answer;
  if (status >= 200 && status < 300 && body.begin(answer)) return;
  const what = new S6tsError(
    status === 404 || status === 410 ? 'fetch-missing' : 'fetch-status',
    `${url}: the server answered ${status} ${statusText}`.trimEnd(),
    { what: url },
  );
  // 416, or another part than we asked for: from the beginning, then.
  const badPart = status === 206 || (status === 416 && body.size > 0);
  if (badPart) body.clear();
  if (badPart || isTemporaryStatus(status)) {
    throw new TemporaryError(what, retryAfterMs(headers.get('retry-after')));
  }
  throw what;
}

async function readBody(
  answer: Answer,
  url: string,
  options: FetchOptions,
  body: PartialBody,
): Promise<Uint8Array> {
  const most = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const limit = options.expect?.size ?? most;
  if (limit > most) throw tooLarge(url, most);
  const declared = Number(answer.headers.get('content-length') ?? Number.NaN);
  const total = Number.isFinite(declared) ? body.size + declared : options.expect?.size;
  for await (const bytes of answer.body()) {
    body.add(bytes);
    if (body.size > limit) throw tooLong(url, limit, options);
    options.onBytes?.(body.size, total);
  }
  const whole = body.bytes();
  if (options.expect !== undefined) assertExpected(url, whole.length, sha256Hex(whole), options.expect);
  return whole;
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
