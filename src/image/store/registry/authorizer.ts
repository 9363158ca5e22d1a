import { S6tsError } from '../../../base/error.js';
import { isObject, jsonOrNothing } from '../../../base/json-object.js';
import { publicUrl } from '../../../base/send.js';
import { parseChallenge, type Challenge } from './challenge.js';
import type { Credentials } from './credentials.js';

/** What a request is allowed to do, as token servers read it: `repository:NAME:pull,push`. */
export type Scope = `repository:${string}:${'pull' | 'pull,push'}`;

/** How tokens are asked for: a GET or, with `form`, a POST. Gives status and text of the answer. */
export type AskTokens = (
  url: string,
  options: { readonly authorization?: string; readonly form?: string },
) => Promise<{ readonly status: number; readonly text: string }>;

export interface AuthorizerOptions {
  /** The registry, for messages. */
  readonly domain: string;
  readonly credentials: (repository: string) => Promise<Credentials | undefined>;
  readonly ask: AskTokens;
  /** Milliseconds on a clock that isn't set. */
  readonly now: () => number;
}

interface Token {
  readonly value: string;
  /** On the clock of `now`. */
  readonly until: number;
}

/** Tokens without a lifetime live this long (distribution, "Token Authentication Specification", expires_in). */
const DEFAULT_SECONDS = 60;
/** A token is used until this share of its life is over. */
const USED_SHARE = 0.8;

/** Gives each request of a session what the registry wants to see; tokens are asked for once each. */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #tokens = new Map<string, Promise<Token>>();
  #challenge: Challenge | undefined;

  constructor(options: AuthorizerOptions) {
    this.#options = options;
  }

  /** Takes note of how a registry that has answered 401 wants to be asked. */
  learn(header: string | null): void {
    this.#challenge = parseChallenge(header) ?? this.#challenge;
  }

  /** The Authorization header for a repository; undefined where nothing is wanted. @throws S6tsError `registry-denied`. */
  async header(repository: string, scopes: readonly Scope[]): Promise<string | undefined> {
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    const credentials = await this.#options.credentials(repository);
    if (credentials?.kind === 'bearer') return `Bearer ${credentials.token}`;
    if (challenge.scheme === 'basic')
      return credentials?.kind === 'password' ? basic(credentials) : undefined;
    const key = scopes.join(' ');
    const pending = this.#tokens.get(key);
    const known = await pending;
    if (known !== undefined && known.until > this.#options.now()) return `Bearer ${known.value}`;
    // Of several who find it too old one asks.
    if (this.#tokens.get(key) === pending) {
      const asked = this.#token(challenge, scopes, credentials);
      this.#tokens.set(key, asked);
      asked.catch(() => this.#tokens.delete(key));
    }
    const token = await this.#tokens.get(key);
    return token === undefined ? undefined : `Bearer ${token.value}`;
  }

  /** Forgets the token of these scopes: the registry has refused it. */
  forget(scopes: readonly Scope[]): void {
    this.#tokens.delete(scopes.join(' '));
  }

  async #token(
    challenge: Challenge & { readonly scheme: 'bearer' },
    scopes: readonly Scope[],
    credentials: Exclude<Credentials, { kind: 'bearer' }> | undefined,
  ): Promise<Token> {
    const { ask, domain, now } = this.#options;
    const { realm, service } = challenge;
    if (!URL.canParse(realm)) throw this.#bad(realm, `it is no URL`);
    const asked = now();
    const params = new URLSearchParams(service === undefined ? {} : { service });
    let answer;
    if (credentials?.kind === 'identity') {
      params.set('grant_type', 'refresh_token');
      params.set('refresh_token', credentials.token);
      params.set('client_id', 's6ts');
      params.set('scope', scopes.join(' '));
      answer = await ask(realm, { form: params.toString() });
    } else {
      for (const scope of scopes) params.append('scope', scope);
      if (credentials !== undefined) params.set('account', credentials.username);
      const url = new URL(realm);
      for (const [name, value] of params) url.searchParams.append(name, value);
      answer = await ask(url.href, credentials === undefined ? {} : { authorization: basic(credentials) });
    }
    if (answer.status === 200) return this.#read(answer.text, realm, asked);
    const who = credentials === undefined ? 'anybody' : `the credentials of ${credentials.from}`;
    throw new S6tsError(
      'registry-denied',
      `${domain} gives no token: ${publicUrl(realm)} answers ${answer.status} to ${who}`,
      { what: domain, hint: loginHint(domain) },
    );
  }

  #read(text: string, realm: string, asked: number): Token {
    const value = jsonOrNothing(text);
    const { token, access_token: access, expires_in: lifetime } = isObject(value) ? value : {};
    const found = [token, access].find((each) => typeof each === 'string' && each !== '');
    if (typeof found !== 'string') throw this.#bad(realm, 'there is no token in its answer');
    const seconds = typeof lifetime === 'number' && lifetime > 0 ? lifetime : DEFAULT_SECONDS;
    return { value: found, until: asked + seconds * 1000 * USED_SHARE };
  }

  #bad(realm: string, reason: string): S6tsError {
    const { domain } = this.#options;
    return new S6tsError('registry-token', `${domain} sends for tokens to ${publicUrl(realm)}: ${reason}`, {
      what: domain,
    });
  }
}

/** What to do where credentials are missing or wrong. */
export function loginHint(domain: string): string {
  return `log in with: docker login ${domain} (skopeo's and podman's logins count too), or give --creds USER:PASSWORD`;
}

function basic({ username, password }: Credentials & { readonly kind: 'password' }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
