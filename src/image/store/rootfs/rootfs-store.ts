import { digestOf } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import { platformOf } from '../../new-config.js';
import type { LayoutReference } from '../../reference.js';
import { rootfsImage, type RootfsImage } from '../../rootfs/rootfs-image.js';
import type { Breadth, ImageStore, StoreContext, StoredImage, StoredTree, Written } from '../../store.js';
import { treeOfLayers } from '../../tree/tree-of-layers.js';

/** A root file system as the one image of a store that is only read. */
export class RootfsStore implements ImageStore {
  readonly #path: string;
  readonly #context: StoreContext;
  #made: Promise<RootfsImage> | undefined;

  constructor({ path }: LayoutReference, context: StoreContext) {
    this.#path = path;
    this.#context = context;
  }

  async read(): Promise<StoredImage> {
    const { image, architecture } = await this.#image();
    const id = digestOf(image.config);
    return { kind: 'image', id, names: [], platform: platformOf(architecture), image };
  }

  member(): Promise<StoredImage> {
    return this.read();
  }

  find(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  tree({ image }: StoredImage): Promise<StoredTree> {
    const { cacheFolder, progress } = this.#context;
    return treeOfLayers(image.layers, { cacheFolder, progress, place: this.#path });
  }

  breadth(): Promise<Breadth> {
    return Promise.resolve({ kind: 'image' });
  }

  write(): Promise<Written> {
    return Promise.reject(
      new S6tsError('store-read-only', `${this.#path} is a root file system: it is only read`, {
        what: this.#path,
      }),
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #image(): Promise<RootfsImage> {
    const { progress, signal, architecture: otherwise } = this.#context;
    this.#made ??= rootfsImage(this.#path, {
      progress,
      signal,
      ...(otherwise === undefined ? {} : { otherwise }),
    });
    return this.#made;
  }
}
