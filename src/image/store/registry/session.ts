import type { Agent } from 'node:http';
import type { AgentOptions } from 'node:https';
import { S6tsError } from '../../../base/error.js';
import { ownAgent } from '../../../base/proxy.js';
import {
  isTemporaryStatus,
  refusedBy,
  retrying,
  TemporaryError,
  type Patience,
} from '../../../base/retry.js';
import { send, publicUrl, type Answer, type Request } from '../../../base/send.js';
import { Authorizer, loginHint, type Scope } from './authorizer.js';
import { apiHost, isInsecure, mayBePlain, originsOf } from './endpoint.js';
import { credentialsFor, type CredentialsContext } from './find-credentials.js';
import { refusal, textOf } from './refusal.js';
import { certificatesFor, type Certificates, type CertificatesContext } from './tls.js';
import { monotonicMs } from '../../../base/monotonic.js';

/** What a session needs of the world. */
export interface SessionContext extends CredentialsContext, CertificatesContext {
  /** Registries whose certificates aren't looked at, and that may speak plain http. */
  readonly insecure: readonly string[];
  readonly patience: Patience;
  readonly signal: AbortSignal;
}

/** A request to a repository. */
export interface RepositoryRequest {
  readonly method: string;
  /** Below the repository, e.g. `manifests/1.2`; or the URL that the registry has given for this. */
  readonly path: string;
  readonly repository: string;
  readonly scopes: readonly Scope[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Asked for anew at each try. */
  readonly body?: () => AsyncIterable<Uint8Array> | string;
  /** Statuses that are answers; others are failures. */
  readonly expect: readonly number[];
  /** What is done, for messages: `push the manifest of …`. */
  readonly doing: string;
  /** What stops it; default: the session's own signal. */
  readonly signal?: AbortSignal;
}

const IDLE_MS = 30_000;
const MOST_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

/** One registry, as long as the command runs: how it is reached, what it has allowed, its open connections. */
export class RegistrySession {
  readonly domain: string;
  /** Blob → a repository that is known to hold it, from where the others can take it. */
  readonly homes = new Map<string, string>();
  /** True once the registry has refused to take a blob over from another repository: what it has is looked for before. */
  looksFirst = false;
  /** Blobs that are on their way. */
  readonly uploads = new Map<string, Promise<void>>();
  readonly #context: SessionContext;
  readonly #authorizer: Authorizer;
  readonly #agents = new Map<string, Agent>();
  #certificates: Promise<Certificates> | undefined;
  #base: Promise<URL> | undefined;

  constructor(domain: string, context: SessionContext) {
    this.domain = domain;
    this.#context = context;
    const asked = new Map<string, ReturnType<typeof credentialsFor>>();
    this.#authorizer = new Authorizer({
      domain,
      now: monotonicMs,
      credentials: (repository) => {
        const found = asked.get(repository) ?? credentialsFor(domain, repository, context);
        asked.set(repository, found);
        return found;
      },
      ask: (url, options) => this.#askTokens(url, options),
    });
  }

  get patience(): Patience {
    return this.#context.patience;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  /** As `once`, again where that may help. */
  request(request: RepositoryRequest): Promise<Answer> {
    return retrying(() => this.once(request), this.patience, request.signal ?? this.signal);
  }

  /**
   * One try: asks with what the registry wants to see, goes where it sends. @throws TemporaryError for what may pass by
   * itself; S6tsError `registry-denied` | `registry-refused`.
   */
  async once(request: RepositoryRequest): Promise<Answer> {
    const base = await this.#reached();
    const url = new URL(request.path, new URL(`/v2/${request.repository}/`, base));
    const answer = await this.#authorized(url, request);
    if (answer.status !== 401) return this.#judged(answer, request);
    // What it has allowed is over, or it wants something else than it said at first.
    this.#authorizer.learn(answer.headers.get('www-authenticate'));
    this.#authorizer.forget(request.scopes);
    answer.discard();
    return this.#judged(await this.#authorized(url, request), request);
  }

  async #judged(answer: Answer, request: RepositoryRequest): Promise<Answer> {
    if (request.expect.includes(answer.status)) return answer;
    // The status alone says no, too.
    const text = await textOf(answer).catch(() => '');
    const what = `${this.domain}/${request.repository}`;
    const asked = { doing: request.doing, what, hint: loginHint(this.domain) };
    throw refusedBy(answer, refusal(asked, answer.status, text));
  }

  async #authorized(url: URL, request: RepositoryRequest): Promise<Answer> {
    const authorization = await this.#authorizer.header(request.repository, request.scopes);
    const headers = { ...request.headers, ...(authorization === undefined ? {} : { authorization }) };
    return this.#follow(url, {
      method: request.method,
      headers,
      ...(request.body ? { body: request.body } : {}),
      signal: request.signal ?? this.signal,
    });
  }

  /** Sends, and follows where the registry sends; what is for the registry alone stays with it. */
  async #follow(
    start: URL,
    {
      headers,
      body,
      method,
      signal,
    }: Pick<RepositoryRequest, 'body' | 'method'> & {
      readonly headers: Record<string, string>;
      readonly signal: AbortSignal;
    },
  ): Promise<Answer> {
    const origin = (await this.#reached()).origin;
    let url = start;
    for (let hop = 0; ; hop++) {
      this.#assertAllowed(url);
      const { authorization = '', ...others } = headers;
      const own = url.origin === origin && authorization !== '';
      const answer = await this.#send(url, {
        method,
        headers: own ? { ...others, authorization } : others,
        signal,
        ...(body === undefined ? {} : { body: body() }),
      });
      const location = REDIRECTS.includes(answer.status) ? answer.headers.get('location') : null;
      if (location === null || hop === MOST_REDIRECTS) return answer;
      answer.discard();
      url = new URL(location, url);
    }
  }

  async #send(url: URL, request: Pick<Request, 'method' | 'headers' | 'body' | 'signal'>): Promise<Answer> {
    const agent = await this.#agentFor(url);
    return send(url.href, { ...request, agent: () => agent, idleMs: this.patience.idleMs ?? IDLE_MS });
  }

  async #askTokens(
    url: string,
    { authorization, form }: { authorization?: string; form?: string },
  ): Promise<{ status: number; text: string }> {
    const target = new URL(url);
    this.#assertAllowed(target);
    return retrying(
      async () => {
        const answer = await this.#send(target, {
          method: form === undefined ? 'GET' : 'POST',
          headers: {
            ...(authorization === undefined ? {} : { authorization }),
            ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          },
          ...(form === undefined ? {} : { body: form }),
          signal: this.signal,
        });
        const { status } = answer;
        const text = await textOf(answer);
        if (!isTemporaryStatus(status)) return { status, text };
        const doing = `get a token for ${this.domain} from ${publicUrl(url)}`;
        throw refusedBy(answer, refusal({ doing, what: this.domain }, status));
      },
      this.patience,
      this.signal,
    );
  }

  /** Where it is, found at the first request: `/v2/` also says how it wants to be asked (distribution-spec, end-1). */
  #reached(): Promise<URL> {
    this.#base ??= retrying(() => this.#reach(), this.patience, this.signal);
    this.#base.catch(() => (this.#base = undefined));
    return this.#base;
  }

  async #reach(): Promise<URL> {
    let unreached: unknown;
    for (const origin of originsOf(this.domain, this.#context.insecure)) {
      const isPlain = origin.startsWith('http:');
      let answer: Answer;
      try {
        answer = await this.#send(new URL('/v2/', origin), { method: 'GET', signal: this.signal });
      } catch (error) {
        // Of two that give no answer it is what was said of https that counts.
        if (!isPlain) unreached = error;
        unreached ??= error;
        if (error instanceof TemporaryError || (error instanceof S6tsError && error.code === 'fetch-plain'))
          continue;
        break;
      }
      const { status } = answer;
      if (status === 401) this.#authorizer.learn(answer.headers.get('www-authenticate'));
      answer.discard();
      if (status === 200 || status === 401 || status === 403) return new URL(origin);
      unreached = refusedBy(
        answer,
        refusal({ doing: `use ${this.domain} as a registry`, what: this.domain }, status),
      );
      // So servers of https (Go's, nginx) answer to plain http.
      if (!(isPlain && status === 400)) break;
    }
    throw this.#told(unreached);
  }

  /** With what can be done about it. */
  #told(error: unknown): unknown {
    const fault = error instanceof TemporaryError ? error.final : error;
    const hint = fault instanceof S6tsError ? this.#hintFor(fault.code) : undefined;
    if (!(fault instanceof S6tsError) || hint === undefined) return error;
    const { code, message, cause } = fault;
    const told = new S6tsError(code, message, { what: this.domain, hint, cause });
    return error instanceof TemporaryError ? new TemporaryError(told, error.retryAfterMs) : told;
  }

  #hintFor(code: string): string | undefined {
    switch (code) {
      case 'fetch-plain':
        return `if that is meant to be: --insecure ${this.domain}`;
      case 'fetch-untrusted':
        return `trust its authority: --cert-dir DIR with its *.crt, or SSL_CERT_FILE; or look at no certificate: --insecure ${this.domain}`;
      case 'fetch-unreachable':
        return `is ${this.domain} the registry that is meant, and does it run?`;
      default:
        return undefined;
    }
  }

  /** The way back from https to http is no way. */
  #assertAllowed(url: URL): void {
    if (url.protocol === 'https:' || mayBePlain(url.host, this.#context.insecure)) return;
    throw new S6tsError(
      'registry-plain',
      `${this.domain} sends on to ${publicUrl(url.href)}, where anybody on the way could read along`,
      { what: this.domain, hint: `if that is meant to be: --insecure ${url.host}` },
    );
  }

  async #agentFor(url: URL): Promise<Agent> {
    const known = this.#agents.get(url.origin);
    if (known !== undefined) return known;
    const options: AgentOptions = { keepAlive: true };
    if (url.protocol === 'https:') {
      this.#certificates ??= certificatesFor(this.domain, this.#context);
      const { ca, client } = await this.#certificates;
      Object.assign(options, { ca, rejectUnauthorized: !isInsecure(url.host, this.#context.insecure) });
      if (url.host === apiHost(this.domain)) Object.assign(options, client);
    }
    const agent = this.#agents.get(url.origin) ?? ownAgent(url, options);
    this.#agents.set(url.origin, agent);
    return agent;
  }
}
