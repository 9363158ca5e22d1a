import type { Progress } from '../base/progress.js';
import type { Image, ImageTree, Platform } from './image.js';
import type { ImageName, Reference } from './reference.js';

/** An image as it lies in a store. */
export interface StoredImage {
  readonly image: Image;
  readonly platform: Platform;
  /** What the store knows it by: a Docker engine's image id, a registry's manifest digest. */
  readonly id: string;
  /** All its names there. */
  readonly names: readonly string[];
}

/** What came of a write. */
export interface Written {
  readonly id: string;
  /** How it went: for the output and the tests that force each way. */
  readonly via: string;
  /** The image that had the name before and has none now. */
  readonly replaced?: string;
}

/** A place where images live. A store moves images; it never edits one. */
export interface ImageStore {
  /** Reads an image. @throws S6tsError `image-missing` with the nearest names. */
  read(reference: Reference): Promise<StoredImage>;
  /** The image of an id that `read` or `write` gave before; undefined where it has gone. */
  find(id: string): Promise<StoredImage | undefined>;
  /** Its file system; `close` gives back what reading it takes (a container). */
  tree(stored: StoredImage): Promise<ImageTree & { close(): Promise<void> }>;
  /**
   * Stores an image under a name, in place of what is there. All or nothing: after an error the name is what it was.
   * `base` is the image in this same store whose layers `image` begins with.
   */
  write(name: ImageName, image: Image, base: StoredImage): Promise<Written>;
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
  /** Reads every byte of the config, at the price of a full export. */
  readonly exact: boolean;
  /** Forces one way of writing. Default: what the store can do best. */
  readonly via?: 'load' | 'commit';
}
