import type { Digest } from '../base/digest.js';
import type { Progress } from '../base/progress.js';
import type { Patience } from '../base/retry.js';
import type { IndexEntry } from './blob/descriptor.js';
import type { Image, ImageTree, Platform } from './image.js';
import type { Reference } from './reference.js';

/** An image as it lies in a store. */
export interface StoredImage {
  readonly kind: 'image';
  readonly image: Image;
  readonly platform: Platform;
  /** What the store knows it by: a Docker engine's image id, a manifest's digest elsewhere. */
  readonly id: string;
  /** All its names there. */
  readonly names: readonly string[];
  /** What it is called there, where it was asked for as the only one. */
  readonly name?: string;
}

/** One image for several platforms, as it lies in a store (image-spec, image-index.md; Docker's manifest list). */
export interface StoredIndex {
  readonly kind: 'index';
  /** The digest of its text. */
  readonly id: Digest;
  readonly text: string;
  readonly mediaType: string;
  readonly entries: readonly IndexEntry[];
  /** As of an image. */
  readonly name?: string;
}

/** What is written under one name: an image, or an index with those of its images that are not in the store yet. */
export type Content =
  | { readonly kind: 'image'; readonly image: Image }
  | {
      readonly kind: 'index';
      readonly text: string;
      readonly mediaType: string;
      readonly images: readonly Image[];
    };

/** What came of a write. */
export interface Written {
  readonly id: string;
  /** How it went: for the output and the tests that force each way. */
  readonly via: string;
  /** The image that had the name before and has none now. */
  readonly replaced?: string;
}

/** The file system of an image that lies in a store. */
export interface StoredTree extends ImageTree {
  /** The bytes of a file that `lstat` has called other; undefined where it is no file, or has more than `maxBytes`. */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Gives back what reading it takes (a container). */
  close(): Promise<void>;
}

/** What one name of a store can hold: an index, or an image; that of `platform` where the user names none. */
export type Breadth = { readonly kind: 'index' } | { readonly kind: 'image'; readonly platform?: string };

/** A place where images live. A store moves images; it never edits one. */
export interface ImageStore {
  /** Reads what a reference names. @throws S6tsError `image-missing` with the nearest names. */
  read(reference: Reference): Promise<StoredImage | StoredIndex>;
  /** The image that an entry of an index names. @throws S6tsError where it is none. */
  member(index: StoredIndex, entry: IndexEntry): Promise<StoredImage>;
  /** What bore an id when `read` or `write` gave it; undefined where it has gone. */
  find(id: string): Promise<StoredImage | StoredIndex | undefined>;
  /** Its file system. */
  tree(stored: StoredImage): Promise<StoredTree>;
  breadth(): Promise<Breadth>;
  /** True where a signature of what bears an id lies beside it. Absent where there can be none. */
  isSigned?(id: string): Promise<boolean>;
  /**
   * Stores an image under a name, in place of what is there. All or nothing: after an error the name is what it was.
   * `base` is the image in this same store whose layers `content` begins with, where there is one; where it is that very
   * image, it only gets one name more.
   */
  write(target: Reference, content: Content, base?: StoredImage): Promise<Written>;
  /** Gives back what it holds: temporary files. */
  close(): Promise<void>;
}

/** How registries are spoken to. */
export interface RegistryOptions {
  /** `USER:PASSWORD`; default: what docker, podman and skopeo have been told. */
  readonly creds?: string;
  /** A folder with certificates; default: the one of the registry's name. */
  readonly certDir?: string;
  /** Registries, `HOST` or `HOST:PORT`, whose certificates aren't looked at, and that may speak plain http. */
  readonly insecure: readonly string[];
  readonly patience: Patience;
}

/** What a store needs of the world. */
export interface StoreContext {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** Folder for what may be asked again. */
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
  /** Runs a clean-up at an interrupt; the returned function takes it back. */
  readonly onInterrupt: (cleanup: () => Promise<void>) => () => void;
  readonly progress: Progress;
  readonly registry: RegistryOptions;
  /** Nothing is written. */
  readonly dryRun?: boolean;
  /** Reads every byte of the config, at the price of a full export. */
  readonly exact: boolean;
  /** The images read go to another store: their layers have to be handed out. */
  readonly handsOut?: boolean;
  /** What a root file system is for whose programs don't say it; any name of an architecture. */
  readonly architecture?: string;
  /** Forces one way of writing. Default: what the store can do best. */
  readonly via?: 'load' | 'commit';
}
