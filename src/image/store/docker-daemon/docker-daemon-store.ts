import { join } from 'node:path';
import { S6tsError } from '../../../base/error.js';
import type { IndexEntry } from '../../blob/descriptor.js';
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
import type { NamedImages } from '../archive/write-archive.js';
import type { ContainerdStore } from './containerd-store.js';
import { findEngine } from './context.js';
import { engineName } from './engine-name.js';
import { Engine } from './engine.js';
import { engineFacts, type EngineFacts } from './engine-facts.js';
import { localLayers, withLocalLayers } from './local-layers.js';
import { readImage } from './read-image.js';
import { cachedTree } from './tree-cache.js';
import { containerTree } from './tree.js';
import { idOf, writeByLoad } from './write-load.js';
import { writeByTag } from './write-tag.js';

/** The images of a Docker engine. */
export class DockerDaemonStore implements ImageStore {
  readonly #engine: Engine;
  readonly #context: StoreContext;
  readonly #facts: Promise<EngineFacts>;
  #export: { close(): void } | undefined;
  #inContainerd: Promise<ContainerdStore | undefined> | undefined;

  private constructor(engine: Engine, context: StoreContext) {
    this.#engine = engine;
    this.#context = context;
    this.#facts = engineFacts(engine);
    this.#facts.catch(() => undefined);
  }

  /** Finds the engine; it is asked nothing that has to be waited for. */
  static async connect(context: StoreContext): Promise<DockerDaemonStore> {
    return new DockerDaemonStore(
      new Engine(await findEngine(context.env, context.home), context.signal),
      context,
    );
  }

  async read(reference: Reference): Promise<StoredImage | StoredIndex> {
    // Asked meanwhile: most engines have the classical store.
    const reading = readImage(this.#engine, formatReference(reference));
    reading.catch(() => undefined);
    const containerd = await this.#containerd();
    if (containerd !== undefined) return containerd.read(reference);
    const stored = await reading;
    if (this.#context.handsOut === true) return this.#exported(stored);
    if (!this.#context.exact) return stored;
    const { readExactConfig } = await import('./read-exact.js');
    const config = await readExactConfig(this.#engine, stored.id, this.#context.progress);
    return { ...stored, image: { ...stored.image, config } };
  }

  async member(index: StoredIndex, entry: IndexEntry): Promise<StoredImage> {
    const containerd = await this.#containerd();
    if (containerd !== undefined) return containerd.member(index, entry);
    throw new S6tsError('index-unsupported', 'this Docker engine hands out images of one platform');
  }

  async find(id: string): Promise<StoredImage | StoredIndex | undefined> {
    const containerd = await this.#containerd();
    if (containerd !== undefined) return containerd.find(id);
    return (await idOf(this.#engine, id)) === undefined ? undefined : readImage(this.#engine, id);
  }

  async tree(stored: StoredImage): Promise<StoredTree> {
    const containerd = await this.#containerd();
    if (containerd !== undefined) return containerd.tree(stored);
    const file = join(this.#context.cacheFolder, 'trees', `${stored.id.replace(':', '-')}.json`);
    return cachedTree(file, async () => {
      const folders = await localLayers(this.#engine, stored.id, await this.#facts);
      return withLocalLayers(await containerTree(this.#engine, stored, this.#context.onInterrupt), folders);
    });
  }

  /** An engine with the classical store keeps one platform's image under a name. */
  async breadth(): Promise<Breadth> {
    const containerd = await this.#containerd();
    return containerd?.breadth() ?? { kind: 'image', platform: (await this.#facts).platform };
  }

  /** Stores an image that comes with all of its layers. @throws S6tsError `engine-…` */
  async load(images: NamedImages): Promise<Written> {
    const { loadArchive } = await import('./load-archive.js');
    const { enteredImages } = await import('../archive/entered.js');
    return loadArchive(this.#engine, images.name, await enteredImages(images.images));
  }

  async write(target: Reference, content: Content, base?: StoredImage): Promise<Written> {
    const containerd = await this.#containerd();
    if (containerd !== undefined) return containerd.write(target, content, base);
    const name = engineName(target);
    if (base === undefined || content.kind === 'index') {
      const { loadContent } = await import('./load-content.js');
      return loadContent(this.#engine, taggedName(formatReference(target)), content, this.#context.progress);
    }
    const { image } = content;
    if (image === base.image) return writeByTag(this.#engine, name, base.id);
    const { via, onInterrupt, progress } = this.#context;
    if (via !== 'commit') {
      const written = await writeByLoad(this.#engine, name, image, { force: via === 'load' });
      if (written !== undefined) return written;
      progress.note('the engine wants all layers of an image that is loaded: committing a container instead');
    }
    const { writeByCommit } = await import('./write-commit.js');
    return writeByCommit(this.#engine, name, image, base, onInterrupt);
  }

  async close(): Promise<void> {
    this.#export?.close();
    await (await this.#inContainerd)?.close();
  }

  /** The images where the engine keeps them in containerd; undefined where it has the classical store. */
  #containerd(): Promise<ContainerdStore | undefined> {
    this.#inContainerd ??= this.#facts.then(async ({ layerStore, platform }) => {
      if (layerStore === 'classical') return undefined;
      const { ContainerdStore } = await import('./containerd-store.js');
      return new ContainerdStore(this.#engine, platform, this.#context);
    });
    return this.#inContainerd;
  }

  /** The same image out of a whole export, which is kept until `close`: with every byte, and layers that can be read. */
  async #exported(stored: StoredImage): Promise<StoredImage> {
    const { exportedImage } = await import('./export-image.js');
    const found = await exportedImage(this.#engine, stored.id, this.#context.progress);
    this.#export = found;
    return { ...stored, image: found.image };
  }
}
