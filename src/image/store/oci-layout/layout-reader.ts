import { collected } from '../../../base/byte-stream.js';
import { isDigest, type Digest } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import type { NamedManifest } from '../../blob/blob-store.js';
import { MAX_MANIFEST_BYTES, mediaTypeOf } from '../../blob/descriptor.js';
import { wholeBlob } from '../../blob/verified.js';
import type { Descriptor } from '../../image.js';
import { entriesOf, INDEX_FILE, named } from './index-json.js';

/** Where the files of a layout are: in a folder, or in a tar of one. */
export interface LayoutFiles {
  /** How it is called in messages. */
  readonly place: string;
  /** What a reference to one of its images looks like. */
  readonly form: string;
  /** False where there is no such folder or archive at all. */
  isThere(): Promise<boolean>;
  /** A file's bytes; undefined for none. */
  size(path: string): Promise<number | undefined>;
  stream(path: string): AsyncIterable<Uint8Array>;
}

/** The images of a layout (image-spec, image-layout.md). */
export class LayoutReader {
  readonly #files: LayoutFiles;

  constructor(files: LayoutFiles) {
    this.#files = files;
  }

  /** What bears a name or digest (undefined: the only one there). @throws S6tsError `image-ambiguous` */
  async manifest(name: string | undefined): Promise<NamedManifest | undefined> {
    if (name !== undefined && isDigest(name)) return this.#byDigest(name);
    const entries = entriesOf(await this.#index(), this.#files.place);
    if (name === undefined && entries.length > 1) throw this.#ambiguous(entries.length);
    const found = name === undefined ? entries[0] : named(entries, name);
    if (found === undefined) return undefined;
    return { ...(await this.#read(found)), ...(found.ref === undefined ? {} : { name: found.ref }) };
  }

  async *open(blob: Descriptor): AsyncIterable<Uint8Array> {
    if (!(await this.#isThere(blob.digest))) {
      throw new S6tsError(
        'blob-missing',
        `${this.#files.place} lacks the blob ${blob.digest} that it names`,
        {
          what: blob.digest,
          hint: 'copy the image there anew: the layout is not whole',
        },
      );
    }
    yield* this.#files.stream(blobFile(blob.digest));
  }

  async names(): Promise<readonly string[]> {
    return entriesOf(await this.#index(), this.#files.place)
      .map(({ ref }) => ref)
      .filter((name) => name !== undefined);
  }

  async has({ digest, size }: Descriptor): Promise<boolean> {
    return (await this.#files.size(blobFile(digest))) === size;
  }

  /** The text of index.json; undefined for none. @throws S6tsError `manifest-invalid` for a huge one */
  async indexText(): Promise<string | undefined> {
    const size = await this.#files.size(INDEX_FILE);
    if (size === undefined) return undefined;
    if (size > MAX_MANIFEST_BYTES) {
      throw new S6tsError(
        'manifest-invalid',
        `the index.json of ${this.#files.place} is not valid: ${size} bytes are too many`,
        { what: this.#files.place },
      );
    }
    return (await collected(this.#files.stream(INDEX_FILE))).toString();
  }

  async #isThere(digest: Digest): Promise<boolean> {
    return (await this.#files.size(blobFile(digest))) !== undefined;
  }

  async #read(descriptor: Descriptor): Promise<NamedManifest> {
    const what = `${this.#files.place}: ${descriptor.digest}`;
    const bytes = await wholeBlob(this.open(descriptor), descriptor, what, MAX_MANIFEST_BYTES);
    return { descriptor, text: bytes.toString() };
  }

  /** A manifest that only an index names, or nobody: its media type is its own. */
  async #byDigest(digest: Digest): Promise<NamedManifest | undefined> {
    const size = await this.#files.size(blobFile(digest));
    if (size === undefined) return undefined;
    const { text } = await this.#read({ mediaType: '', digest, size });
    return { descriptor: { mediaType: mediaTypeOf(text, digest), digest, size }, text };
  }

  async #index(): Promise<string> {
    const text = await this.indexText();
    if (text !== undefined) return text;
    const why = (await this.#files.isThere()) ? `it has no ${INDEX_FILE}` : 'there is nothing of that name';
    throw new S6tsError('layout-missing', `${this.#files.place} can't be read: ${why}`, {
      what: this.#files.place,
      hint: `is it the one that you meant? skopeo writes one: skopeo copy … ${this.#files.form}`,
    });
  }

  #ambiguous(count: number): S6tsError {
    return new S6tsError('image-ambiguous', `${this.#files.place} holds ${count} images`, {
      what: this.#files.place,
      hint: `name one: ${this.#files.form}`,
    });
  }
}

/** Where a blob lies in a layout. */
export function blobFile(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}
