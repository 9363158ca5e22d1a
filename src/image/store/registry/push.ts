import { S6tsError } from '../../../base/error.js';
import { digestOf, isDigest, type Digest } from '../../../base/digest.js';
import { unlessAborted, withGrace } from '../../../base/abort.js';
import { retrying, TemporaryError } from '../../../base/retry.js';
import { UnderWay } from '../../../base/under-way.js';
import type { Answer } from '../../../base/send.js';
import type { BlobWriter, Committed } from '../../blob/blob-store.js';
import { textDescriptor } from '../../blob/descriptor.js';
import { verified } from '../../blob/verified.js';
import type { Descriptor } from '../../image.js';
import { ACCEPT } from './accept.js';
import type { Scope } from './authorizer.js';
import { refusal, textOf } from './refusal.js';
import type { RegistrySession, RepositoryRequest } from './session.js';

/** So long an answer is waited for, after an abort, that says what there is to tidy up, and then that it is. */
const GRACE_MS = 3_000;

/** Answers to an upload that a new one may better: its session has gone, or the bytes were damaged on the way. */
const UPLOAD_LOST = [400, 404, 416];

/**
 * A write into one repository (distribution-spec, "Push"). Blobs go in one PUT each, a new session after any failure: not
 * every registry can go on in an old one. Blobs of a write that is given up stay until the registry collects its garbage;
 * uploads that are not done are cancelled, where the registry lets them.
 */
export class RepositoryWriter implements BlobWriter {
  readonly #session: RegistrySession;
  readonly #name: string;
  /** For messages: `HOST/NAME`. */
  readonly #place: string;
  readonly #tag: string;
  readonly #scopes: readonly Scope[];
  readonly #uploads = new UnderWay();
  /** What the tag stands for before the commit: asked for while blobs are on their way. */
  readonly #before: Promise<Digest | undefined>;

  constructor(session: RegistrySession, name: string, tag: string) {
    this.#session = session;
    this.#name = name;
    this.#tag = tag;
    this.#place = `${session.domain}/${name}`;
    this.#scopes = [`repository:${name}:pull,push`];
    this.#before = this.#named();
    // Told where it is waited for.
    this.#before.catch(() => undefined);
  }

  /** A blob that can be taken over is so at once: that is done as well where it is there already. */
  async has({ digest }: Descriptor, home?: string, signal = this.#session.signal): Promise<boolean> {
    const from = this.#neighbour(home);
    if (from === undefined) return this.#isThere(digest, signal);
    return this.#session.looksFirst
      ? (await this.#isThere(digest, signal)) || this.#mounted(digest, from, signal)
      : (await this.#mounted(digest, from, signal)) || this.#isThere(digest, signal);
  }

  /** Another repository of this registry. */
  #neighbour(home = ''): string | undefined {
    const { domain } = this.#session;
    const name = home.startsWith(`${domain}/`) ? home.slice(domain.length + 1) : this.#name;
    return name === this.#name ? undefined : name;
  }

  async #isThere(digest: Digest, signal: AbortSignal): Promise<boolean> {
    const answer = await this.#session.request({
      ...this.#to('HEAD', `blobs/${digest}`, `look for the blob ${digest} in ${this.#place}`),
      expect: [200, 404],
      signal,
    });
    answer.discard();
    if (answer.status === 404) return false;
    this.#session.homes.set(digest, this.#name);
    return true;
  }

  /** Of several that want the same blob in the registry one sends it, and the others take it from there. */
  async put(
    blob: Descriptor,
    open: () => AsyncIterable<Uint8Array>,
    signal = this.#session.signal,
  ): Promise<void> {
    const { homes, uploads } = this.#session;
    const { digest } = blob;
    // Between the last look and `set` nothing is awaited where nobody has the blob, so that no two send it.
    for (let other = uploads.get(digest); other !== undefined; other = uploads.get(digest))
      await unlessAborted(other, signal).catch(() => signal.throwIfAborted());
    const home = homes.get(digest);
    if (home === this.#name) return;
    if (home !== undefined && (await this.#mounted(digest, home, signal))) return;
    const upload = this.#upload(blob, open, signal);
    uploads.set(digest, upload);
    try {
      await upload;
      homes.set(digest, this.#name);
    } finally {
      uploads.delete(digest);
    }
  }

  async putManifest(text: string, mediaType: string): Promise<Descriptor> {
    return this.#putManifest(text, mediaType, digestOf(text));
  }

  async commit(text: string, mediaType: string): Promise<Committed> {
    const replaced = await this.#before;
    const descriptor = await this.#putManifest(text, mediaType, this.#tag);
    return { descriptor, ...(replaced === undefined ? {} : { replaced }) };
  }

  /** What the tag stands for; undefined for nothing. */
  async #named(): Promise<Digest | undefined> {
    const answer = await this.#session.request({
      ...this.#to('HEAD', `manifests/${this.#tag}`, `look what ${this.#place}:${this.#tag} is`),
      headers: { accept: ACCEPT },
      expect: [200, 404],
    });
    answer.discard();
    const digest = answer.status === 200 ? answer.headers.get('docker-content-digest') : null;
    return digest !== null && isDigest(digest) ? digest : undefined;
  }

  /** Waits until the uploads that were broken off have been cancelled. */
  abort(): Promise<void> {
    return this.#uploads.ended();
  }

  /**
   * Takes a blob from another repository of the registry; false where that fails, for whatever reason: it can be sent. From
   * then on what the registry has is looked for before.
   */
  #mounted(digest: Digest, from: string, signal: AbortSignal): Promise<boolean> {
    return this.#uploads.of(this.#mount(digest, from, signal));
  }

  async #mount(digest: Digest, from: string, signal: AbortSignal): Promise<boolean> {
    const path = `blobs/uploads/?${new URLSearchParams({ mount: digest, from }).toString()}`;
    const request: RepositoryRequest = {
      ...this.#to('POST', path, `take the blob ${digest} from ${from} into ${this.#place}`),
      scopes: [...this.#scopes, `repository:${from}:pull`],
      expect: [201, 202],
    };
    const once = (): Promise<Answer> =>
      withGrace(signal, GRACE_MS, (own) => this.#session.once({ ...request, signal: own }));
    try {
      const answer = await retrying(once, this.#session.patience, signal);
      answer.discard();
      if (answer.status === 201) return true;
      await this.#cancel(answer);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof S6tsError)) throw error;
    }
    this.#session.looksFirst = true;
    return false;
  }

  #upload(blob: Descriptor, open: () => AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const once = (): Promise<void> => this.#uploads.of(this.#uploadOnce(blob, open, signal));
    return retrying(once, this.#session.patience, signal);
  }

  async #uploadOnce(
    blob: Descriptor,
    open: () => AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const { digest, size } = blob;
    const doing = `push the blob ${digest} to ${this.#place}`;
    // Broken off it would be there all the same, and only its answer says where.
    const begin = { ...this.#to('POST', 'blobs/uploads/', doing), expect: [202] };
    const session = await withGrace(signal, GRACE_MS, (own) => this.#session.once({ ...begin, signal: own }));
    session.discard();
    try {
      const url = new URL(locationOf(session, doing));
      url.searchParams.set('digest', digest);
      const answer = await this.#session.once({
        ...this.#to('PUT', url.href, doing),
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
        body: () => verified(open(), blob, `the blob ${digest}`),
        signal,
        expect: [201, ...UPLOAD_LOST],
      });
      if (answer.status === 201) answer.discard();
      else
        throw new TemporaryError(refusal({ doing, what: this.#place }, answer.status, await textOf(answer)));
    } catch (error) {
      // A server that doesn't answer is not asked for more; it forgets what was begun by itself.
      if (!(error instanceof S6tsError && error.code === 'fetch-unreachable')) await this.#cancel(session);
      throw error;
    }
  }

  /** What is begun and not wanted goes, where the registry lets it. */
  async #cancel(session: Answer): Promise<void> {
    const doing = `cancel an upload to ${this.#place}`;
    try {
      const answer = await this.#session.once({
        ...this.#to('DELETE', locationOf(session, doing), doing),
        expect: [200, 202, 204, 404],
        signal: AbortSignal.timeout(GRACE_MS),
      });
      answer.discard();
    } catch {
      // The registry forgets it by itself.
    }
  }

  async #putManifest(text: string, mediaType: string, name: string): Promise<Descriptor> {
    const descriptor = textDescriptor(text, mediaType);
    const what = `${this.#place}${isDigest(name) ? '@' : ':'}${name}`;
    const answer = await this.#session.request({
      ...this.#to('PUT', `manifests/${name}`, `push the manifest of ${what}`),
      headers: { 'content-type': mediaType, 'content-length': String(descriptor.size) },
      body: () => text,
      expect: [201],
    });
    answer.discard();
    const kept = answer.headers.get('docker-content-digest');
    if (kept !== null && kept !== descriptor.digest) {
      throw new S6tsError(
        'registry-refused',
        `${what}: the registry has stored another manifest than was sent, ${kept}`,
        { what, hint: 'something between us and the registry changes what is sent' },
      );
    }
    return descriptor;
  }

  #to(
    method: string,
    path: string,
    doing: string,
  ): Pick<RepositoryRequest, 'method' | 'path' | 'repository' | 'scopes' | 'doing'> {
    return { method, path, repository: this.#name, scopes: this.#scopes, doing };
  }
}

/** Where an upload goes on. */
function locationOf(answer: Answer, doing: string): string {
  const location = answer.headers.get('location');
  if (location !== null) return new URL(location, answer.url).href;
  throw new S6tsError('registry-refused', `cannot ${doing}: the registry names no place to send it to`);
}
