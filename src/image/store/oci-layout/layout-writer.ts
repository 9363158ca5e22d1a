import { existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stageFile, type StagedFile } from '../../../base/atomic-file.js';
import { streamOf } from '../../../base/byte-stream.js';
import type { Digest } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import { UnderWay } from '../../../base/under-way.js';
import type { BlobWriter } from '../../blob/blob-store.js';
import { textDescriptor } from '../../blob/descriptor.js';
import { verified } from '../../blob/verified.js';
import type { Descriptor } from '../../image.js';
import { emptyIndex, entriesOf, INDEX_FILE, LAYOUT, LAYOUT_FILE, named, withEntry } from './index-json.js';
import { blobFile, type LayoutReader } from './layout-reader.js';

/** A write into an OCI layout. One that is given up takes back its blobs, and the folders that it made for them. */
export class LayoutWriter implements BlobWriter {
  readonly #folder: string;
  readonly #place: string;
  readonly #reader: LayoutReader;
  readonly #blobs = new Set<string>();
  readonly #folders: readonly string[];
  readonly #puts = new UnderWay();
  readonly #givenUp = new AbortController();

  constructor(folder: string, place: string, reader: LayoutReader) {
    this.#folder = folder;
    this.#place = place;
    this.#reader = reader;
    const all = [join(folder, 'blobs', 'sha256'), join(folder, 'blobs'), folder];
    this.#folders = all.filter((each) => !existsSync(each));
  }

  has(blob: Descriptor): Promise<boolean> {
    return this.#reader.has(blob);
  }

  put(blob: Descriptor, open: () => AsyncIterable<Uint8Array>): Promise<void> {
    return this.#puts.of(this.#put(blob, open));
  }

  async putManifest(text: string, mediaType: string): Promise<Descriptor> {
    const descriptor = textDescriptor(text, mediaType);
    await this.put(descriptor, () => streamOf([Buffer.from(text)]));
    return descriptor;
  }

  async commit(
    text: string,
    mediaType: string,
    name: string | undefined,
  ): Promise<{ readonly descriptor: Descriptor; readonly replaced?: Digest }> {
    const descriptor = await this.putManifest(text, mediaType);
    const replaced = await this.#puts.of(this.#enter(descriptor, name));
    return { descriptor, ...(replaced === undefined ? {} : { replaced }) };
  }

  async abort(): Promise<void> {
    this.#givenUp.abort(
      new S6tsError('interrupted', `${this.#place}: the write was given up`, { what: this.#place }),
    );
    await this.#puts.ended();
    await Promise.all([...this.#blobs].map((file) => rm(file, { force: true })));
    // Somebody else may have put something there meanwhile: then they stay.
    for (const folder of this.#folders) await rmdir(folder).catch(() => undefined);
  }

  async #put(blob: Descriptor, open: () => AsyncIterable<Uint8Array>): Promise<void> {
    if (await this.#reader.has(blob)) return;
    const file = join(this.#folder, blobFile(blob.digest));
    // A file of the wrong size is replaced, but it isn't ours to remove.
    const isNew = !existsSync(file);
    const bytes = this.#whileWanted(verified(open(), blob, `the blob ${blob.digest}`));
    this.#commit([await stageFile(file, bytes)]);
    if (isNew) this.#blobs.add(file);
  }

  /** Names a manifest in index.json, in place of what bears the name. After that nothing is taken back. */
  async #enter(descriptor: Descriptor, name: string | undefined): Promise<Digest | undefined> {
    const present = await this.#reader.indexText();
    const before = named(entriesOf(present ?? emptyIndex(), this.#place), name);
    const index = withEntry(
      present ?? emptyIndex(),
      descriptor,
      name === undefined ? {} : { ref: name },
      this.#place,
    );
    const staged = [await stageFile(join(this.#folder, INDEX_FILE), index)];
    if (present === undefined) staged.unshift(await stageFile(join(this.#folder, LAYOUT_FILE), LAYOUT));
    this.#commit(staged);
    this.#blobs.clear();
    return before?.digest;
  }

  async *#whileWanted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      this.#givenUp.signal.throwIfAborted();
      yield chunk;
    }
  }

  #commit(staged: readonly StagedFile[]): void {
    try {
      this.#givenUp.signal.throwIfAborted();
      for (const file of staged) file.commit();
    } finally {
      for (const file of staged) file.discard();
    }
  }
}
