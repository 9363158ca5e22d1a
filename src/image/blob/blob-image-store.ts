import { isDigest } from '../../base/digest.js';
import { S6tsError } from '../../base/error.js';
import { isObject, jsonOrNothing } from '../../base/json-object.js';
import type { Progress } from '../../base/progress.js';
import { retrying, TemporaryError, type Patience } from '../../base/retry.js';
import { pairedDiffIds, platformIn } from '../config-facts.js';
import type { Descriptor, Layer } from '../image.js';
import { formatReference, type Reference } from '../reference.js';
import type {
  Breadth,
  Content,
  ImageStore,
  StoreContext,
  StoredImage,
  StoredIndex,
  StoredTree,
  Written,
} from '../store.js';
import { treeOfLayers } from '../tree/tree-of-layers.js';
import type { BlobStore, NamedManifest } from './blob-store.js';
import { MAX_CONFIG_BYTES, parseIndex, parseManifest, type IndexEntry } from './descriptor.js';
import { assertImageConfig, manifestKind } from './media-type.js';
import { verified, wholeBlob } from './verified.js';
import { writeImage } from './write-image.js';

/** What is sent at a time to a place that is `remote`. */
const UPLOADS = 3;

export interface BlobImageStoreOptions {
  readonly cacheFolder: string;
  readonly progress: Progress;
  /** For a store that is `remote`. */
  readonly patience?: Patience;
  readonly signal?: AbortSignal;
  /** See `StoreContext`. */
  readonly onInterrupt: StoreContext['onInterrupt'];
  /** The name that a reference has in the blob store; undefined for the only one there. */
  readonly nameOf: (reference: Reference) => string | undefined;
  /** What the place makes of a content that it can't hold as it is. Default: it holds all. */
  readonly fitted?: (content: Content) => Content;
  /** Gives back what the blob store holds. */
  readonly close?: () => Promise<void>;
}

/** Images in a place that keeps blobs: all that isn't a Docker engine. */
export class BlobImageStore implements ImageStore {
  readonly #blobs: BlobStore;
  readonly #options: BlobImageStoreOptions;

  constructor(blobs: BlobStore, options: BlobImageStoreOptions) {
    this.#blobs = blobs;
    this.#options = options;
  }

  async read(reference: Reference): Promise<StoredImage | StoredIndex> {
    const named = await this.#blobs.manifest(this.#options.nameOf(reference));
    if (named === undefined) throw await this.#missing(reference);
    return this.#opened(named, formatReference(reference));
  }

  async member(index: StoredIndex, entry: IndexEntry): Promise<StoredImage> {
    const named = await this.#blobs.manifest(entry.descriptor.digest);
    const what = `${this.#blobs.place}: ${entry.descriptor.digest}`;
    if (named === undefined) {
      throw new S6tsError('blob-missing', `${what} is named by the index ${index.id} and isn't there`, {
        what,
      });
    }
    const opened = await this.#opened(named, what);
    if (opened.kind === 'image') return { ...opened, platform: entry.platform ?? opened.platform };
    throw new S6tsError('manifest-invalid', `${what} is an index inside of an index`, {
      what,
      hint: 'name the inner one by itself, by its digest',
    });
  }

  async find(id: string): Promise<StoredImage | StoredIndex | undefined> {
    if (!isDigest(id)) return undefined;
    const named = await this.#blobs.manifest(id).catch(() => undefined);
    return named === undefined ? undefined : this.#opened(named, id);
  }

  tree({ image }: StoredImage): Promise<StoredTree> {
    return treeOfLayers(image.layers, { ...this.#options, place: this.#blobs.place });
  }

  /** As cosign stores them: under a tag made of the digest. */
  async isSigned(id: string): Promise<boolean> {
    return (await this.#blobs.manifest(`${id.replace(':', '-')}.sig`)) !== undefined;
  }

  breadth(): Promise<Breadth> {
    return Promise.resolve({ kind: 'index' });
  }

  /** Begins anew where another's write, given up, has taken away what this one had found. */
  write(target: Reference, content: Content): Promise<Written> {
    return this.#retrying(() => this.#writeOnce(target, content));
  }

  async #writeOnce(target: Reference, content: Content): Promise<Written> {
    const writer = await this.#blobs.begin(this.#options.nameOf(target));
    const settled = this.#options.onInterrupt(() => writer.abort());
    try {
      const { fitted = (as: Content): Content => as } = this.#options;
      const atATime = this.#blobs.remote === true ? UPLOADS : 1;
      return await writeImage(writer, fitted(content), { ...this.#options, atATime });
    } catch (error) {
      // What is told is the error that came first.
      await writer.abort().catch(() => undefined);
      throw error;
    } finally {
      settled();
    }
  }

  async close(): Promise<void> {
    await this.#options.close?.();
  }

  async #opened({ descriptor, text, name }: NamedManifest, what: string): Promise<StoredImage | StoredIndex> {
    const called = name === undefined ? {} : { name };
    const { kind } = manifestKind(descriptor.mediaType, what);
    if (kind === 'index') {
      const { mediaType, digest } = descriptor;
      return { kind, id: digest, text, mediaType, entries: parseIndex(text, what), ...called };
    }
    const manifest = parseManifest(text, descriptor.mediaType, what);
    assertImageConfig(manifest.config.mediaType, what);
    const config = await this.#config(manifest.config, what);
    return {
      kind: 'image',
      id: descriptor.digest,
      names: [],
      ...called,
      platform: platformIn(config),
      image: {
        config,
        manifest: { text, mediaType: descriptor.mediaType },
        layers: this.#layers(manifest.layers, config, what),
      },
    };
  }

  async #config(blob: Descriptor, what: string): Promise<string> {
    const named = `the config of ${what}`;
    const bytes = await this.#retrying(() =>
      wholeBlob(this.#bytes(blob, named), blob, named, MAX_CONFIG_BYTES),
    );
    const text = bytes.toString();
    if (isObject(jsonOrNothing(text))) return text;
    throw new S6tsError('image-invalid', `${named} is no JSON object`, {
      what,
      hint: 'build or push the image anew: nothing can run it',
    });
  }

  #layers(blobs: readonly Descriptor[], config: string, what: string): readonly Layer[] {
    const diffIds = pairedDiffIds(config, blobs.length, what);
    return blobs.map((blob, index) => ({
      diffId: diffIds[index] ?? blob.digest,
      blob,
      openBlob: () => this.#bytes(blob, `layer ${blob.digest} of ${what}`),
      ...(this.#blobs.home === undefined ? {} : { home: this.#blobs.home }),
    }));
  }

  /** A blob's bytes, verified: wrong ones may be right another time where they come from afar. */
  async *#bytes(blob: Descriptor, what: string): AsyncIterable<Uint8Array> {
    try {
      yield* verified(this.#blobs.open(blob), blob, what);
    } catch (error) {
      const damaged = error instanceof S6tsError && error.code === 'blob-mismatch';
      throw damaged && this.#blobs.remote === true ? new TemporaryError(error) : error;
    }
  }

  #retrying<T>(work: () => Promise<T>): Promise<T> {
    return retrying(work, this.#options.patience, this.#options.signal);
  }

  async #missing(reference: Reference): Promise<S6tsError> {
    const what = formatReference(reference);
    const names = await this.#blobs.names().catch(() => []);
    return new S6tsError('image-missing', `${what}: there is no such image in ${this.#blobs.place}`, {
      what,
      hint:
        names.length === 0
          ? 'is it called so, and is it there already?'
          : `there are: ${names.slice(0, 12).join(' ')}`,
    });
  }
}
