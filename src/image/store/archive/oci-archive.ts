import { S6tsError } from '../../../base/error.js';
import type { Descriptor } from '../../image.js';
import { asTaggedName } from '../../reference.js';
import type { BlobStore, BlobWriter, NamedManifest } from '../../blob/blob-store.js';
import { textDescriptor } from '../../blob/descriptor.js';
import { emptyIndex, entriesOf, named } from '../oci-layout/index-json.js';
import { LayoutReader } from '../oci-layout/layout-reader.js';
import { archiveLayout, type ArchiveName } from './archive-layout.js';
import type { Blob } from './blob.js';
import { TarOfFile } from './tar-of-file.js';

/** A tar of an OCI layout. A write makes it anew under a temporary name, with the images that are in it. */
export class OciArchive implements BlobStore {
  readonly place: string;
  readonly #file: string;
  readonly #reader: LayoutReader;
  readonly #tar: TarOfFile;

  constructor(file: string) {
    this.#file = file;
    this.#tar = new TarOfFile(file);
    this.place = `the OCI archive ${file}`;
    this.#reader = new LayoutReader({
      place: this.place,
      form: 'oci-archive:FILE:TAG',
      isThere: async () => (await this.#tar.opened()) !== undefined,
      size: async (path) => (await this.#tar.opened())?.part(path)?.size,
      stream: (path) => this.#stream(path),
    });
  }

  manifest(name: string | undefined): Promise<NamedManifest | undefined> {
    return this.#reader.manifest(name);
  }

  open(blob: Descriptor): AsyncIterable<Uint8Array> {
    return this.#reader.open(blob);
  }

  names(): Promise<readonly string[]> {
    return this.#reader.names();
  }

  /** What is put is noted, and all of it written at `commit`: a tar has to know its files' sizes, not their order. */
  begin(ref: string | undefined): Promise<BlobWriter> {
    const blobs = new Map<string, Blob>();
    const manifests: { text: string; mediaType: string }[] = [];
    return Promise.resolve({
      has: async (blob) => blobs.has(blob.digest) || (await this.#reader.has(blob)),
      put: (descriptor, open) => {
        blobs.set(descriptor.digest, { descriptor, open });
        return Promise.resolve();
      },
      putManifest: (text, mediaType) => {
        manifests.push({ text, mediaType });
        return Promise.resolve(textDescriptor(text, mediaType));
      },
      commit: async (text, mediaType) => {
        const entered = { text, mediaType, manifests, blobs: [...blobs.values()] };
        const { replaced } = await this.#tar.replaced(async (tar) => {
          const index = (await this.#reader.indexText()) ?? emptyIndex();
          const before = named(entriesOf(index, this.place), ref)?.digest;
          return { layout: await archiveLayout(entered, nameOf(ref), tar), replaced: before };
        });
        await this.close();
        return {
          descriptor: textDescriptor(text, mediaType),
          ...(replaced === undefined ? {} : { replaced }),
        };
      },
      abort: () => Promise.resolve(),
    });
  }

  close(): Promise<void> {
    return this.#tar.close();
  }

  async *#stream(path: string): AsyncIterable<Uint8Array> {
    const tar = await this.#tar.opened();
    if (tar === undefined)
      throw new S6tsError('file-missing', `${this.place} has gone`, { what: this.#file });
    yield* tar.stream(path);
  }
}

/** A name that Docker could give an image, as skopeo's users write them, is one for `docker load` too. */
function nameOf(ref: string | undefined): ArchiveName {
  if (ref === undefined) return {};
  const docker = asTaggedName(ref);
  return docker === undefined ? { ref } : { ref, docker };
}
