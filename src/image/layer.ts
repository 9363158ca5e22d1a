import { createHash } from 'node:crypto';
import { streamOf } from '../base/byte-stream.js';
import { PLAIN_FOLDER, type FolderAttributes, type Layer } from './image.js';
import type { Placement } from './place.js';
import { tarEntry, TAR_END } from './tar-writer.js';

/**
 * The layer of a placement. Every parent folder stands in it with the image's own mode, owner and attributes: a layer
 * without them would reset those, or put a folder in the place of a link. The same placement and date give the same
 * bytes, whatever the store. `date` is in seconds since 1970.
 */
export function toLayer(
  placement: Placement,
  date: number,
): Layer & { open: () => AsyncIterable<Uint8Array>; size: number } {
  const pieces = [...members(placement, date), TAR_END];
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return {
    diffId: `sha256:${hash.digest('hex')}`,
    size: pieces.reduce((sum, piece) => sum + piece.length, 0),
    open: () => streamOf(pieces),
  };
}

function members({ entries, folders }: Placement, date: number): Uint8Array[] {
  const paths = [...new Set([...entries.keys(), ...folders.keys()])];
  paths.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return paths.flatMap((path) => {
    const entry = entries.get(path);
    if (entry === undefined) return folderEntry(path, folders.get(path), date);
    const common = { path, uid: 0, gid: 0, mtime: date };
    switch (entry.kind) {
      case 'file':
        return tarEntry({ ...common, type: 'File', mode: entry.mode, content: [entry.bytes] });
      case 'link':
        return tarEntry({ ...common, type: 'SymbolicLink', mode: 0o777, linkpath: entry.target });
      case 'directory':
        return folderEntry(path, { ...PLAIN_FOLDER, mode: entry.mode }, date);
    }
  });
}

function folderEntry(
  path: string,
  attributes: FolderAttributes | undefined,
  date: number,
): readonly Uint8Array[] {
  const { mode, uid, gid, xattrs } = attributes ?? PLAIN_FOLDER;
  return tarEntry({ path: `${path}/`, type: 'Directory', mode, uid, gid, mtime: date, xattrs });
}
