import { isDigest } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import type { Progress } from '../../../base/progress.js';
import type { BlobStore, BlobWriter, NamedManifest } from '../../blob/blob-store.js';
import type { Descriptor } from '../../image.js';
import type { TarFile } from '../archive/tar-file.js';
import { blobFile, LayoutReader } from '../oci-layout/layout-reader.js';
import type { Engine } from './engine.js';
import { exportedArchive } from './export-image.js';
import { imageMissing } from './nearest-name.js';
import { idOf } from './write-load.js';

/** The blobs of an engine with the containerd store: of the images asked for, each exported once, kept until `close`. */
export class ExportedBlobs implements BlobStore {
  readonly place = 'the Docker engine';
  readonly #engine: Engine;
  readonly #progress: Progress;
  readonly #exports: TarFile[] = [];

  constructor(engine: Engine, progress: Progress) {
    this.#engine = engine;
    this.#progress = progress;
  }

  async manifest(name: string | undefined): Promise<NamedManifest | undefined> {
    if (name === undefined) return undefined;
    const known = isDigest(name) ? this.#holding(blobFile(name)) : undefined;
    if (known !== undefined) return readerOf(known).manifest(name);
    const id = await idOf(this.#engine, name);
    if (id === undefined) {
      if (isDigest(name)) return undefined;
      throw await imageMissing(this.#engine, name);
    }
    this.#progress.stage(`export ${name} from the engine`);
    const tar = await exportedArchive(this.#engine, id, this.#progress);
    this.#exports.push(tar);
    return readerOf(tar).manifest(isDigest(id) ? id : undefined);
  }

  open(blob: Descriptor): AsyncIterable<Uint8Array> {
    const tar = this.#holding(blobFile(blob.digest));
    if (tar !== undefined) return tar.stream(blobFile(blob.digest));
    throw new S6tsError('blob-missing', `the Docker engine has not exported the blob ${blob.digest}`, {
      what: blob.digest,
      hint: 'it may lack the blobs of other platforms: pull the image again, with --platform',
    });
  }

  /** True for a blob that was in an export, and so is in the engine. */
  has({ digest, size }: Descriptor): boolean {
    return this.#holding(blobFile(digest))?.part(blobFile(digest))?.size === size;
  }

  names(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  begin(): Promise<BlobWriter> {
    return Promise.reject(new S6tsError('store-read-only', 'an export of the engine is only read'));
  }

  close(): void {
    for (const tar of this.#exports.splice(0)) tar.close();
  }

  #holding(path: string): TarFile | undefined {
    return this.#exports.find((tar) => tar.part(path) !== undefined);
  }
}

function readerOf(tar: TarFile): LayoutReader {
  return new LayoutReader({
    place: 'the Docker engine',
    form: 'docker-daemon:NAME:TAG',
    isThere: () => Promise.resolve(true),
    size: (path) => Promise.resolve(tar.part(path)?.size),
    stream: (path) => tar.stream(path),
  });
}
