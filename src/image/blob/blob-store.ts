import type { Digest } from '../../base/digest.js';
import type { Descriptor } from '../image.js';

/** A manifest or index, its digest checked. */
export interface NamedManifest {
  readonly descriptor: Descriptor;
  readonly text: string;
  /** What it is called there, where it was asked for as the only one. */
  readonly name?: string;
}

/** A place that keeps blobs by their digests, and names some manifests: a registry, an OCI layout, an archive of one. */
export interface BlobStore {
  /** How it is called in messages. */
  readonly place: string;
  /** True where bytes come over a network: what is wrong with them may be right another time. */
  readonly remote?: boolean;
  /** Where a writer of the same place can take blobs from: `HOST/REPOSITORY`. */
  readonly home?: string;
  /** What bears a name or digest (undefined: the only one there); undefined for nothing. */
  manifest(name: string | undefined): Promise<NamedManifest | undefined>;
  /** Streams a blob, unchecked: who reads it verifies. Fails with `blob-missing` where it isn't there. */
  open(blob: Descriptor): AsyncIterable<Uint8Array>;
  /** All names, for who has mistyped one. */
  names(): Promise<readonly string[]>;
  /**
   * Begins a write of what `commit` will give this name; undefined: none, `latest` where everything has one. Nothing can be
   * seen of it before.
   */
  begin(name: string | undefined): Promise<BlobWriter>;
}

/** A write in progress. */
export interface BlobWriter {
  /** True where a blob is there, or has now been taken over from another `home` of the same place, its bytes not sent. */
  has(blob: Descriptor, home?: string, signal?: AbortSignal): Promise<boolean>;
  /**
   * Stores a blob; one that is there already is left alone. @throws S6tsError `blob-mismatch`; the reason of `signal`, in the
   * middle of a blob, too, where it is sent over a network.
   */
  put(blob: Descriptor, open: () => AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void>;
  /** Stores a manifest that an index names. */
  putManifest(text: string, mediaType: string): Promise<Descriptor>;
  /** Stores a manifest or index and gives it its name: the last step, after which all of it is there. */
  commit(text: string, mediaType: string): Promise<Committed>;
  /** Gives the write up and removes what it has left. */
  abort(): Promise<void>;
}

/** What `commit` has done. */
export interface Committed {
  readonly descriptor: Descriptor;
  /** What had the name before. */
  readonly replaced?: Digest;
}
