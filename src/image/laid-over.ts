import { posix } from 'node:path';
import type { ImageTree } from './image.js';
import type { Placement } from './place.js';
import type { StoredTree } from './store.js';

/** A tree whose small files can be read. */
export type ReadableTree = ImageTree & Pick<StoredTree, 'read'>;

/** An image's file system with a layer of ours on top, before there is one. */
export function laidOver(image: ReadableTree, { entries, folders }: Placement): ReadableTree {
  const all = [...entries.keys(), ...folders.keys()];
  return {
    lstat: async (path) => {
      if (folders.has(path)) return 'directory';
      const entry = entries.get(path);
      if (entry === undefined) return image.lstat(path);
      return entry.kind === 'link' ? { target: entry.target } : 'other';
    },
    folder: async (path) => folders.get(path) ?? image.folder(path),
    list: async (path) => {
      const here = all.filter((each) => posix.dirname(each) === (path === '' ? '.' : path));
      const below = (await image.lstat(path)) === 'directory' ? await image.list(path) : [];
      return [...new Set([...below, ...here.map((each) => posix.basename(each))])].sort();
    },
    read: async (path, maxBytes) => {
      const entry = entries.get(path);
      if (entry?.kind !== 'file') return entry === undefined ? image.read(path, maxBytes) : undefined;
      return entry.bytes.length > maxBytes ? undefined : entry.bytes;
    },
  };
}
