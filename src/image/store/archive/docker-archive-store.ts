import { digestOf } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import {
  formatImageName,
  formatReference,
  INDEX_IN_ARCHIVE,
  taggedName,
  type LayoutReference,
  type Reference,
} from '../../reference.js';
import type {
  Breadth,
  Content,
  ImageStore,
  StoreContext,
  StoredImage,
  StoredTree,
  Written,
} from '../../store.js';
import { treeOfLayers } from '../../tree/tree-of-layers.js';
import { archiveLayout } from './archive-layout.js';
import { archivedImage, imagesListed } from './docker-archive.js';
import { enteredContent } from './entered.js';
import { loadable } from './loadable.js';
import { sameImageName, type LegacyEntry } from './manifest-json.js';
import type { TarFile } from './tar-file.js';
import { TarOfFile } from './tar-of-file.js';

/** The images of a `docker save` archive, old form or new. A write makes the file anew, with the images that are in it. */
export class DockerArchiveStore implements ImageStore {
  readonly #file: string;
  readonly #context: StoreContext;
  readonly #tar: TarOfFile;

  constructor({ path }: LayoutReference, context: StoreContext) {
    this.#file = path;
    this.#tar = new TarOfFile(path);
    this.#context = context;
  }

  async read(reference: Reference): Promise<StoredImage> {
    const tar = await this.#existing();
    const images = await imagesListed(tar);
    const name = nameIn(reference);
    if (name === undefined && images.length > 1) {
      throw new S6tsError('image-ambiguous', `${this.#file} holds ${images.length} images`, {
        what: this.#file,
        hint: `name one: docker-archive:FILE:NAME:TAG; there are: ${namesOf(images)}`,
      });
    }
    const place = INDEX_IN_ARCHIVE.exec(name ?? '@0')?.[1];
    const found =
      place === undefined ? images.find((image) => hasName(image, name ?? '')) : images[Number(place)];
    if (found !== undefined) return archivedImage(tar, found);
    throw new S6tsError(
      'image-missing',
      `${formatReference(reference)}: there is no such image in ${this.#file}`,
      {
        what: formatReference(reference),
        hint: `there are: ${namesOf(images)}${images.length > 1 ? `; or by place, @0 to @${images.length - 1}` : ''}`,
      },
    );
  }

  member(): Promise<StoredImage> {
    return Promise.reject(
      new S6tsError('index-unsupported', 'a Docker archive has images of one platform each', {
        what: this.#file,
      }),
    );
  }

  async find(id: string): Promise<StoredImage | undefined> {
    const tar = await this.#existing();
    for (const entry of await imagesListed(tar)) {
      const image = await archivedImage(tar, entry);
      if (image.id === id) return image;
    }
    return undefined;
  }

  tree({ image }: StoredImage): Promise<StoredTree> {
    const { cacheFolder, progress } = this.#context;
    return treeOfLayers(image.layers, { cacheFolder, progress, place: this.#file });
  }

  breadth(): Promise<Breadth> {
    return Promise.resolve({ kind: 'image' });
  }

  async write(target: Reference, content: Content): Promise<Written> {
    const name = target.kind === 'file' && target.image !== undefined ? taggedName(target.image) : undefined;
    const entered = await enteredContent(loadable(content));
    const called = name === undefined ? {} : { ref: name.tag, docker: name };
    const { before } = await this.#tar.replaced(async (tar) => ({
      layout: await archiveLayout(entered, called, tar),
      before:
        tar === undefined || name === undefined ? undefined : await this.#idOf(tar, formatImageName(name)),
    }));
    await this.close();
    const id = content.kind === 'image' ? digestOf(content.image.config) : digestOf(content.text);
    return { id, via: 'archive', ...(before === undefined || before === id ? {} : { replaced: before }) };
  }

  close(): Promise<void> {
    return this.#tar.close();
  }

  async #idOf(tar: TarFile, name: string): Promise<string | undefined> {
    const found = (await imagesListed(tar)).find((image) => hasName(image, name));
    return found === undefined ? undefined : (await archivedImage(tar, found)).id;
  }

  async #existing(): Promise<TarFile> {
    const tar = await this.#tar.opened();
    if (tar !== undefined) return tar;
    throw new S6tsError('file-missing', `there is no archive ${this.#file}`, {
      what: this.#file,
      hint: 'docker save -o FILE NAME:TAG writes one',
    });
  }
}

function nameIn(reference: Reference): string | undefined {
  if (reference.kind !== 'file' || reference.image === undefined) return undefined;
  return INDEX_IN_ARCHIVE.test(reference.image)
    ? reference.image
    : formatImageName(taggedName(reference.image));
}

function hasName({ RepoTags }: LegacyEntry, name: string): boolean {
  return RepoTags.some((tag) => sameImageName(tag, name));
}

function namesOf(images: readonly { readonly RepoTags: readonly string[] }[]): string {
  return images.flatMap(({ RepoTags }) => RepoTags).join(' ') || 'none with a name';
}
