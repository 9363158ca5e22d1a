import { join } from 'node:path';
import type { Image, ImageTree } from '../../image.js';
import { formatReference, type ImageName, type Reference } from '../../reference.js';
import type { ImageStore, StoreContext, StoredImage, Written } from '../../store.js';
import { findEngine } from './context.js';
import { Engine } from './engine.js';
import { engineFacts, type EngineFacts } from './engine-facts.js';
import { localLayers, withLocalLayers } from './local-layers.js';
import { readImage } from './read-image.js';
import { cachedTree } from './tree-cache.js';
import { containerTree } from './tree.js';
import { idOf, writeByLoad } from './write-load.js';

/** The images of a Docker engine. */
export class DockerDaemonStore implements ImageStore {
  readonly #engine: Engine;
  readonly #context: StoreContext;
  readonly #facts: Promise<EngineFacts>;

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

  async read(reference: Reference): Promise<StoredImage> {
    const stored = await readImage(this.#engine, formatReference(reference));
    if (!this.#context.exact) return stored;
    const { readExactConfig } = await import('./read-exact.js');
    const config = await readExactConfig(this.#engine, stored.id, this.#context.progress);
    return { ...stored, image: { ...stored.image, config } };
  }

  async find(id: string): Promise<StoredImage | undefined> {
    return (await idOf(this.#engine, id)) === undefined ? undefined : readImage(this.#engine, id);
  }

  tree(stored: StoredImage): Promise<ImageTree & { close(): Promise<void> }> {
    const file = join(this.#context.cacheFolder, 'trees', `${stored.id.replace(':', '-')}.json`);
    return cachedTree(file, async () => {
      const folders = await localLayers(this.#engine, stored.id, await this.#facts);
      return withLocalLayers(await containerTree(this.#engine, stored, this.#context.onInterrupt), folders);
    });
  }

  async write(name: ImageName, image: Image, base: StoredImage): Promise<Written> {
    const facts = await this.#facts;
    const { via, onInterrupt, progress } = this.#context;
    if (via === 'load' || (via === undefined && facts.layerStore === 'classical')) {
      const written = await writeByLoad(this.#engine, name, image, { force: via === 'load' });
      if (written !== undefined) return written;
      progress.note('the engine wants all layers of an image that is loaded: committing a container instead');
    }
    const { writeByCommit } = await import('./write-commit.js');
    return writeByCommit(this.#engine, name, image, base, onInterrupt);
  }
}
