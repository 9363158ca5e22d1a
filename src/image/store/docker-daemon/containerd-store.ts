import { BlobImageStore } from '../../blob/blob-image-store.js';
import { parseManifest, type IndexEntry } from '../../blob/descriptor.js';
import { isAttestation } from '../../platforms.js';
import { formatReference, taggedName, type Reference } from '../../reference.js';
import type {
  Breadth,
  Content,
  ImageStore,
  StoreContext,
  StoredImage,
  StoredIndex,
  StoredTree,
  Written,
} from '../../store.js';
import { enteredContent } from '../archive/entered.js';
import { engineName } from './engine-name.js';
import type { Engine } from './engine.js';
import { ExportedBlobs } from './exported-blobs.js';
import { loadArchive } from './load-archive.js';
import { writeByTag } from './write-tag.js';

/**
 * The images of an engine that keeps them in containerd: manifests, indexes and packed layers, as a registry has them. An
 * export shows all of it; what is new is loaded as an OCI layout without the blobs that are there.
 */
export class ContainerdStore implements ImageStore {
  readonly #engine: Engine;
  readonly #context: StoreContext;
  readonly #platform: string;
  readonly #blobs: ExportedBlobs;
  readonly #images: BlobImageStore;

  constructor(engine: Engine, platform: string, context: StoreContext) {
    this.#engine = engine;
    this.#context = context;
    this.#platform = platform;
    this.#blobs = new ExportedBlobs(engine, context.progress);
    const { cacheFolder, progress, onInterrupt } = context;
    this.#images = new BlobImageStore(this.#blobs, {
      cacheFolder,
      progress,
      onInterrupt,
      nameOf: formatReference,
    });
  }

  async read(reference: Reference): Promise<StoredImage | StoredIndex> {
    return this.#told(await this.#images.read(reference));
  }

  member(index: StoredIndex, entry: IndexEntry): Promise<StoredImage> {
    return this.#images.member(index, entry);
  }

  async find(id: string): Promise<StoredImage | StoredIndex | undefined> {
    const found = await this.#images.find(id);
    return found === undefined ? undefined : this.#told(found);
  }

  tree(stored: StoredImage): Promise<StoredTree> {
    return this.#images.tree(stored);
  }

  breadth(): Promise<Breadth> {
    const isCommit = this.#context.via === 'commit';
    return Promise.resolve(isCommit ? { kind: 'image', platform: this.#platform } : { kind: 'index' });
  }

  async write(target: Reference, content: Content, base?: StoredImage): Promise<Written> {
    const name = engineName(target);
    if (content.kind === 'image' && base !== undefined) {
      if (content.image === base.image) return writeByTag(this.#engine, name, base.id);
      if (this.#context.via === 'commit') {
        const { writeByCommit } = await import('./write-commit.js');
        return writeByCommit(this.#engine, name, content.image, base, this.#context.onInterrupt);
      }
    }
    const entered = await enteredContent(content);
    const blobs = entered.blobs.filter(({ descriptor }) => !this.#blobs.has(descriptor));
    return loadArchive(this.#engine, taggedName(formatReference(target)), { ...entered, blobs });
  }

  close(): Promise<void> {
    this.#blobs.close();
    return Promise.resolve();
  }

  /** What has been pulled for some platforms only lacks the others' blobs (moby#49473). */
  async #told(found: StoredImage | StoredIndex): Promise<StoredImage | StoredIndex> {
    if (found.kind === 'image') return found;
    const entries = [];
    for (const entry of found.entries) {
      entries.push(isAttestation(entry) || (await this.#isWhole(entry)) ? entry : { ...entry, absent: true });
    }
    return { ...found, entries };
  }

  async #isWhole({ descriptor }: IndexEntry): Promise<boolean> {
    if (!this.#blobs.has(descriptor)) return false;
    const manifest = await this.#blobs.manifest(descriptor.digest);
    if (manifest === undefined) return false;
    const { config, layers } = parseManifest(manifest.text, descriptor.mediaType, descriptor.digest);
    return [config, ...layers].every((blob) => this.#blobs.has(blob));
  }
}
