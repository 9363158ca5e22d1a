import type { Agent } from 'node:http';
import { Readable } from 'node:stream';
import fetch, { FetchError, type Headers, type Response } from 'node-fetch';
import { errnoOf, reasonOf, S6tsError } from './error.js';
import { TemporaryError } from './retry.js';
import { monotonicMs } from './monotonic.js';

/** A request as it goes out once: no redirect is followed unless asked for, nothing is retried. */
export interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes to send; their length stands in `headers`. */
  readonly body?: AsyncIterable<Uint8Array> | string;
  /** Default: each answer that redirects is handed out as it is. */
  readonly followRedirects?: boolean;
  readonly agent: (url: URL) => Agent | undefined;
  /** Cancels at once. */
  readonly signal?: AbortSignal;
  /** See `Patience`. */
  readonly idleMs: number;
}

/** An answer whose body is still to come: one of `body` and `discard` is to be used. */
export interface Answer {
  /** What has answered, after redirects. */
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** Fails with a TemporaryError where the connection breaks or stalls. */
  body(): AsyncIterable<Uint8Array>;
  /** Lets the connection go. */
  discard(): void;
}

/** A server that keeps us with a byte now and then would do so for ever: this many must come within `idleMs`. */
const LEAST_BYTES = 8192;
/** An answer that nobody wants is read for its connection's sake where it is no longer than this. */
const WORTH_READING_BYTES = 65_536;
/** What Node says of certificates that it doesn't believe (tls, "X509 certificate error codes"). */
const UNTRUSTED =
  /^(?:CERT_|CRL_|DEPTH_ZERO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH|SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF))/;

/**
 * Sends a request and waits for the answer's headers. @throws TemporaryError `fetch-unreachable` where nobody answers, or
 * not within `idleMs`; S6tsError `fetch-unreachable` where no try could do better; the signal's reason when aborted.
 */
export async function send(url: string, request: Request): Promise<Answer> {
  const watch = new Watch(url, request);
  try {
    const { method = 'GET', headers = {}, body, agent } = request;
    const response = await fetch(url, {
      method,
      headers: { 'user-agent': 's6ts', accept: '*/*', ...headers },
      signal: watch.signal,
      compress: false,
      redirect: request.followRedirects === true ? 'follow' : 'manual',
      agent,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : watch.outgoing(body) }),
    });
    watch.rest();
    watch.renew();
    return answerOf(response, watch, method);
  } catch (error) {
    watch.end();
    throw watch.failure(error);
  }
}

/** A URL without what may be a secret: account, password, query (signatures of object stores, tokens). */
export function publicUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function answerOf(response: Response, watch: Watch, method: string): Answer {
  const { url, status, statusText, headers, body } = response;
  return {
    url,
    status,
    statusText,
    headers,
    body: () => watch.incoming(body ?? []),
    discard: () => {
      if (!(body instanceof Readable) || body.destroyed || body.readableEnded) {
        watch.end();
        return;
      }
      body.once('error', () => undefined).once('close', () => watch.end());
      // A connection whose answer has been read to its end can be used again.
      const rest = method === 'HEAD' ? 0 : Number(headers.get('content-length') ?? Number.NaN);
      if (rest > WORTH_READING_BYTES || Number.isNaN(rest)) {
        body.destroy();
      } else {
        watch.wait();
        body.resume();
      }
    },
  };
}

/** Looks that a connection is alive, and tells its failures in our words. */
class Watch {
  readonly signal: AbortSignal;
  readonly #silence = new AbortController();
  readonly #url: string;
  readonly #request: Request;
  #timer: NodeJS.Timeout | undefined;
  #began = 0;
  #leftMs: number;
  #bytes = 0;
  #failedBody: unknown;

  constructor(url: string, request: Request) {
    this.#url = url;
    this.#request = request;
    this.#leftMs = request.idleMs;
    const { signal } = request;
    this.signal =
      signal === undefined ? this.#silence.signal : AbortSignal.any([signal, this.#silence.signal]);
    this.wait();
  }

  /** It is the server's turn from now on. */
  wait(): void {
    clearTimeout(this.#timer);
    this.#began = monotonicMs();
    this.#timer = setTimeout(() => this.#silence.abort(), Math.max(1, this.#leftMs));
  }

  /** It is ours: that time doesn't count. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#leftMs -= monotonicMs() - this.#began;
  }

  /** The server has shown that it lives. */
  renew(): void {
    this.#leftMs = this.#request.idleMs;
    this.#bytes = 0;
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** The request's body; what fails in it is told as it is, not as a failure of the connection. */
  outgoing(bytes: AsyncIterable<Uint8Array>): Readable {
    return Readable.from(this.#sent(bytes), { objectMode: false });
  }

  async *#sent(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      this.rest();
      for await (const chunk of bytes) {
        this.wait();
        yield chunk;
        this.rest();
        this.#count(chunk);
      }
    } catch (error) {
      this.#failedBody = error;
      throw error;
    }
    this.renew();
    this.wait();
  }

  async *incoming(chunks: AsyncIterable<Uint8Array | string> | Iterable<never>): AsyncIterable<Uint8Array> {
    try {
      this.wait();
      for await (const chunk of chunks) {
        this.rest();
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        this.#count(bytes);
        yield bytes;
        this.wait();
      }
    } catch (error) {
      throw this.failure(error);
    } finally {
      this.end();
    }
  }

  #count(bytes: Uint8Array): void {
    if ((this.#bytes += bytes.length) >= LEAST_BYTES) this.renew();
  }

  failure(error: unknown): unknown {
    this.#request.signal?.throwIfAborted();
    if (this.#failedBody !== undefined) return this.#failedBody;
    if (this.#silence.signal.aborted) {
      const seconds = (this.#request.idleMs / 1000).toFixed(1);
      return new TemporaryError(this.#unreachable(`no answer, or hardly any, for ${seconds} s`, error));
    }
    if (error instanceof S6tsError) return error;
    if (error instanceof FetchError && error.type !== 'system')
      return this.#unreachable(error.message, error);
    if (UNTRUSTED.test(errnoOf(error) ?? '')) return this.#untrusted(error);
    if (errnoOf(error) === 'EPROTO') return this.#unlike(error);
    return new TemporaryError(this.#unreachable(reasonOf(error), error));
  }

  #untrusted(cause: unknown): S6tsError {
    const { host } = new URL(this.#url);
    return new S6tsError(
      'fetch-untrusted',
      `${host} is not believed to be what it says: ${reasonOf(cause)}`,
      {
        what: publicUrl(this.#url),
        hint: 'SSL_CERT_FILE names a file with authorities to trust',
        cause,
      },
    );
  }

  /** OpenSSL's own words are for those who know its sources. */
  #unlike(cause: unknown): S6tsError {
    const { host } = new URL(this.#url);
    const isPlain = reasonOf(cause).includes('wrong version number');
    const fault = /SSL routines:[^:]*:([^:]+)/.exec(reasonOf(cause))?.[1] ?? 'a fault of TLS';
    const message = isPlain
      ? `${host} answers, but doesn't speak https: plain http, perhaps`
      : `${host} answers, but no https connection comes about: ${fault}`;
    const what = publicUrl(this.#url);
    return isPlain
      ? new S6tsError('fetch-plain', message, { what, cause })
      : new TemporaryError(new S6tsError('fetch-unreachable', message, { what, cause }));
  }

  #unreachable(reason: string, cause: unknown): S6tsError {
    const what = publicUrl(this.#url);
    return new S6tsError('fetch-unreachable', `cannot fetch ${what}: ${reason.replaceAll(this.#url, what)}`, {
      what,
      cause,
    });
  }
}
