import { existsSync, rmSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stageFile, type StagedFile } from '../../../base/atomic-file.js';
import { streamOf } from '../../../base/byte-stream.js';
import type { Digest } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import { TemporaryError } from '../../../base/retry.js';
import { ifUnchanged, stateOf, type FileState } from '../../../base/unchanged.js';
import { UnderWay } from '../../../base/under-way.js';
import type { BlobWriter, Committed } from '../../blob/blob-store.js';
import { textDescriptor } from '../../blob/descriptor.js';
import { verified } from '../../blob/verified.js';
import type { Descriptor } from '../../image.js';
import { emptyIndex, entriesOf, INDEX_FILE, LAYOUT, LAYOUT_FILE, named, withEntry } from './index-json.js';
import { blobFile, type LayoutReader } from './layout-reader.js';

/**
 * A write into an OCI layout, where others may write at the same time. One that is given up takes back its blobs, and the
 * folders that it made for them; not where the layout has changed since, for what is new there may need those blobs.
 */
export class LayoutWriter implements BlobWriter {
  readonly #folder: string;
  readonly #name: string | undefined;
  readonly #index: string;
  readonly #begun: FileState;
  readonly #place: string;
  readonly #reader: LayoutReader;
  /** Made by this write. */
  readonly #blobs = new Set<string>();
  /** There already, or made by this write: what another one that is given up must not have taken away. */
  readonly #needed = new Map<Digest, string>();
  readonly #folders: readonly string[];
  readonly #puts = new UnderWay();
  readonly #givenUp = new AbortController();

  constructor(folder: string, name: string | undefined, place: string, reader: LayoutReader) {
    this.#folder = folder;
    this.#name = name;
    this.#index = join(folder, INDEX_FILE);
    this.#begun = stateOf(this.#index);
    this.#place = place;
    this.#reader = reader;
    const all = [join(folder, 'blobs', 'sha256'), join(folder, 'blobs'), folder];
    this.#folders = all.filter((each) => !existsSync(each));
  }

  async has(blob: Descriptor): Promise<boolean> {
    const isThere = await this.#reader.has(blob);
    if (isThere) this.#needed.set(blob.digest, this.#fileOf(blob));
    return isThere;
  }

  put(blob: Descriptor, open: () => AsyncIterable<Uint8Array>): Promise<void> {
    return this.#puts.of(this.#put(blob, open));
  }

  async putManifest(text: string, mediaType: string): Promise<Descriptor> {
    const descriptor = textDescriptor(text, mediaType);
    await this.put(descriptor, () => streamOf([Buffer.from(text)]));
    return descriptor;
  }

  async commit(text: string, mediaType: string): Promise<Committed> {
    const descriptor = await this.putManifest(text, mediaType);
    const replaced = await this.#puts.of(this.#enter(descriptor));
    return { descriptor, ...(replaced === undefined ? {} : { replaced }) };
  }

  async abort(): Promise<void> {
    this.#givenUp.abort(
      new S6tsError('interrupted', `${this.#place}: the write was given up`, { what: this.#place }),
    );
    await this.#puts.ended();
    const takeBack = (): void => {
      this.#blobs.forEach((file) => rmSync(file, { force: true }));
      // An interrupt and the failure that it causes both give up: what another puts there in between is not ours.
      this.#blobs.clear();
    };
    // A full disk may have no room for a lock.
    if (this.#blobs.size > 0) await ifUnchanged(this.#index, this.#begun, takeBack).catch(takeBack);
    // Somebody else may have put something there meanwhile: then they stay.
    for (const folder of this.#folders) await rmdir(folder).catch(() => undefined);
  }

  async #put(blob: Descriptor, open: () => AsyncIterable<Uint8Array>): Promise<void> {
    if (await this.has(blob)) return;
    const file = this.#fileOf(blob);
    // A file of the wrong size is replaced, but it isn't ours to remove.
    const isNew = !existsSync(file);
    const bytes = this.#whileWanted(verified(open(), blob, `the blob ${blob.digest}`));
    this.#commit([await stageFile(file, bytes)]);
    if (isNew) this.#blobs.add(file);
    this.#needed.set(blob.digest, file);
  }

  /** Names a manifest in index.json, in place of what bears the name. After that nothing is taken back. */
  async #enter(descriptor: Descriptor): Promise<Digest | undefined> {
    const name = this.#name;
    for (;;) {
      const state = stateOf(this.#index);
      const present = (await this.#reader.indexText()) ?? emptyIndex();
      const before = named(entriesOf(present, this.#place), name);
      const index = withEntry(present, descriptor, name === undefined ? {} : { ref: name }, this.#place);
      const staged: StagedFile[] = [];
      const enter = (): void => {
        this.#assertWhole();
        this.#commit(staged);
        this.#blobs.clear();
      };
      try {
        if (state === undefined) staged.push(await stageFile(join(this.#folder, LAYOUT_FILE), LAYOUT));
        staged.push(await stageFile(this.#index, index));
        if (await ifUnchanged(this.#index, state, enter)) return before?.digest;
      } finally {
        for (const file of staged) file.discard();
      }
    }
  }

  #assertWhole(): void {
    for (const [digest, file] of this.#needed) {
      if (existsSync(file)) continue;
      const lost = `${this.#place} has lost the blob ${digest} while it was written: another write there was given up`;
      throw new TemporaryError(new S6tsError('blob-missing', lost, { what: digest, hint: 'try again' }));
    }
  }

  #fileOf({ digest }: Descriptor): string {
    return join(this.#folder, blobFile(digest));
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
