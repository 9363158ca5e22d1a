import type { Digest } from '../base/digest.js';

/** A blob as a manifest names it (OCI image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Where else it can be had. */
  readonly urls?: readonly string[];
}

/** A layer of an image. */
export interface Layer {
  /** SHA-256 of the uncompressed tar (image-spec, config.md, "DiffID"). */
  readonly diffId: Digest;
  /** The blob as the source's manifest names it; absent where the store knows layers by diff id only. */
  readonly blob?: Descriptor;
  /** Where the blob lies (`BlobStore.home`). */
  readonly home?: string;
  /**
   * Streams the layer's uncompressed tar. Absent where the store holds the layer without handing it out: a Docker
   * engine gives whole images only, and needs no layer that it has already.
   */
  readonly open?: () => AsyncIterable<Uint8Array>;
  /** Bytes of that tar, where they are known. */
  readonly size?: number;
  /** Streams the blob as the manifest names it, packed; goes with `blob`. */
  readonly openBlob?: () => AsyncIterable<Uint8Array>;
}

/** One image of one platform. Config and manifest stay text, so that what is not edited keeps its very bytes. */
export interface Image {
  /** The image configuration (image-spec, config.md), JSON as text. */
  readonly config: string;
  /** The manifest as text, where the store has one; it then names each layer's blob. */
  readonly manifest?: { readonly text: string; readonly mediaType: string };
  /** Bottom layer first: one for each of the config's diff ids. */
  readonly layers: readonly Layer[];
}

/** True where two images are made of the same layers. */
export function sameLayers(a: Image, b: Image): boolean {
  const ids = ({ layers }: Image): string => layers.map(({ diffId }) => diffId).join();
  return ids(a) === ids(b);
}

/** The platform that an image says it is for (image-spec, config.md). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** What lies at a path of an image's file system. */
export type ImageNode = 'directory' | 'other' | { readonly target: string };

/** A folder's own attributes. */
export interface FolderAttributes {
  /** Permission, setuid, setgid and sticky bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Extended attributes: name → value. */
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

/** What a folder gets that nothing says more of: one that s6ts makes, or that unpacking a layer makes by the way. */
export const PLAIN_FOLDER: FolderAttributes = { mode: 0o755, uid: 0, gid: 0, xattrs: new Map() };

/**
 * An image's file system, all layers laid over one another, as far as it is asked for. Paths are relative and hold no
 * link in their parents (`usr/bin/env`); '' is the root.
 */
export interface ImageTree {
  /** What is there, the last link not followed; undefined for nothing. */
  lstat(path: string): Promise<ImageNode | undefined>;
  /** The attributes of a folder that `lstat` has called one, from the top-most layer that has it. */
  folder(path: string): Promise<FolderAttributes>;
  /** The names in a folder, sorted. */
  list(path: string): Promise<readonly string[]>;
}
