import { digestOf, isDigest } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import { resuming } from '../../../base/resume.js';
import { retrying, TemporaryError } from '../../../base/retry.js';
import type { Answer } from '../../../base/send.js';
import { isObject } from '../../../base/json-object.js';
import type { BlobStore, BlobWriter, NamedManifest } from '../../blob/blob-store.js';
import { MAX_MANIFEST_BYTES, mediaTypeOf } from '../../blob/descriptor.js';
import { isForeignLayer, manifestKind, SCHEMA_1_TYPES } from '../../blob/media-type.js';
import type { Descriptor } from '../../image.js';
import type { Scope } from './authorizer.js';
import { ACCEPT } from './accept.js';
import { RepositoryWriter } from './push.js';
import { textOf } from './refusal.js';
import type { RegistrySession } from './session.js';

/** One repository of a registry (distribution-spec, "Pull"). */
export class Repository implements BlobStore {
  readonly place: string;
  readonly remote = true;
  readonly home: string;
  readonly #session: RegistrySession;
  readonly #name: string;
  readonly #scopes: readonly Scope[];

  constructor(session: RegistrySession, name: string) {
    this.#session = session;
    this.#name = name;
    this.#scopes = [`repository:${name}:pull`];
    this.home = `${session.domain}/${name}`;
    this.place = `the repository ${this.home}`;
  }

  async manifest(name = 'latest'): Promise<NamedManifest | undefined> {
    const what = `${this.home}${name.includes(':') ? '@' : ':'}${name}`;
    return retrying(
      async () => {
        const path = `manifests/${name}`;
        const answer = await this.#get(path, { accept: ACCEPT }, [200, 404], `read the manifest of ${what}`);
        if (answer.status === 200) return this.#named(answer, name, what);
        answer.discard();
        return undefined;
      },
      this.#session.patience,
      this.#session.signal,
    );
  }

  open(blob: Descriptor): AsyncIterable<Uint8Array> {
    const { patience, signal } = this.#session;
    const what = `${this.home}@${blob.digest}`;
    const cut = (done: number): TemporaryError =>
      new TemporaryError(
        new S6tsError('blob-mismatch', `${what} ends after ${done} of its ${blob.size} bytes`, { what }),
      );
    return resuming((from) => this.#blob(blob, from, what), { size: blob.size, cut }, patience, signal);
  }

  async names(): Promise<readonly string[]> {
    const answer = await this.#get('tags/list', {}, [200], `list the tags of ${this.home}`);
    const value: unknown = JSON.parse(await textOf(answer));
    const tags: readonly unknown[] = isObject(value) && Array.isArray(value['tags']) ? value['tags'] : [];
    return tags.filter((tag) => typeof tag === 'string').sort();
  }

  begin(name: string | undefined): Promise<BlobWriter> {
    return Promise.resolve(new RepositoryWriter(this.#session, this.#name, name ?? 'latest'));
  }

  /** The bytes from an offset on; from the beginning, and those before left out, where the registry has no ranges. */
  async #blob(blob: Descriptor, from: number, what: string): Promise<AsyncIterable<Uint8Array>> {
    const headers = from === 0 ? {} : { range: `bytes=${from}-${blob.size - 1}` };
    const answer = await this.#found(blob, headers, what);
    const start = /^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1];
    const at = answer.status === 206 ? Number(start) : 0;
    if (at === from) return answer.body();
    if (at === 0) return without(answer.body(), from);
    answer.discard();
    throw new TemporaryError(
      new S6tsError('blob-mismatch', `${what}: another part was sent than was asked for`, { what }),
    );
  }

  /** A blob where the registry has it; a foreign layer else where its descriptor says (image-spec, descriptor.md, `urls`). */
  async #found(
    { digest, mediaType, urls = [] }: Descriptor,
    headers: Readonly<Record<string, string>>,
    what: string,
  ): Promise<Answer> {
    const elsewhere = isForeignLayer(mediaType) ? urls.filter((url) => /^https?:/.test(url)) : [];
    for (const path of [`blobs/${digest}`, ...elsewhere]) {
      const answer = await this.#get(path, headers, [200, 206, 404], `read the blob ${what}`);
      if (answer.status !== 404) return answer;
      answer.discard();
    }
    throw new S6tsError('blob-missing', `${this.place} lacks the blob ${digest} that it names`, {
      what,
      hint: 'push the image there anew: it is not whole',
    });
  }

  #get(
    path: string,
    headers: Readonly<Record<string, string>>,
    expect: readonly number[],
    doing: string,
  ): Promise<Answer> {
    const [repository, scopes] = [this.#name, this.#scopes];
    return this.#session.once({ method: 'GET', path, repository, scopes, headers, expect, doing });
  }

  async #named(answer: Answer, name: string, what: string): Promise<NamedManifest> {
    const sent = (answer.headers.get('content-type') ?? '').replace(/;[^]*/, '').trim();
    if (SCHEMA_1_TYPES.includes(sent)) {
      // Its digest is one without its signatures: it would seem to be damaged.
      answer.discard();
      manifestKind(sent, what);
    }
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of answer.body()) {
      if ((size += piece.length) > MAX_MANIFEST_BYTES) {
        throw new S6tsError('manifest-invalid', `${what} is not valid: it is too large for a manifest`, {
          what,
        });
      }
      pieces.push(piece);
    }
    const bytes = Buffer.concat(pieces);
    const digest = digestOf(bytes);
    const promised = isDigest(name) ? name : answer.headers.get('docker-content-digest');
    const declared = answer.headers.get('content-length');
    const whole = declared === null || Number(declared) === size;
    if (!whole || (promised !== null && isDigest(promised) && promised !== digest)) {
      throw new TemporaryError(
        new S6tsError('blob-mismatch', `the manifest of ${what} is not what its digest promises`, {
          what,
          hint: 'the registry or the connection has damaged it: try again, or push the image anew',
        }),
      );
    }
    const text = bytes.toString();
    // Some send what they have as plain JSON.
    const mediaType = sent !== '' && ACCEPT.includes(sent) ? sent : mediaTypeOf(text, what);
    return { descriptor: { mediaType, digest, size }, text };
  }
}

async function* without(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of bytes) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
