import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, fileError } from '../../../base/error.js';
import { fileStream } from '../../../base/file-stream.js';
import type { BlobStore, BlobWriter, NamedManifest } from '../../blob/blob-store.js';
import type { Descriptor } from '../../image.js';
import { LayoutReader } from './layout-reader.js';
import { LayoutWriter } from './layout-writer.js';

/** A folder in the form of image-spec, image-layout.md: `oci-layout`, `index.json`, `blobs/sha256/…`. */
export class OciLayout implements BlobStore {
  readonly place: string;
  readonly #folder: string;
  readonly #reader: LayoutReader;

  constructor(folder: string) {
    this.#folder = folder;
    this.place = `the OCI layout ${folder}`;
    this.#reader = new LayoutReader({
      place: this.place,
      form: 'oci:FOLDER:TAG',
      isThere: () => isThere(folder),
      size: (path) => sizeOf(join(folder, path)),
      stream: (path) => fileStream(join(folder, path)),
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

  begin(name: string | undefined): Promise<BlobWriter> {
    return Promise.resolve(new LayoutWriter(this.#folder, name, this.place, this.#reader));
  }
}

async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    (error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return false;
      throw fileError('read', folder, error);
    },
  );
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw fileError('read', file, error);
  }
}
