import { digestOf } from '../base/digest.js';
import type { FolderAttributes, Layer } from './image.js';
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
  const bytes = Buffer.concat([...members(placement, date), TAR_END]);
  return { diffId: digestOf(bytes), size: bytes.length, open: () => onePiece(bytes) };
}

function members({ entries, folders }: Placement, date: number): Buffer[] {
  const paths = [...new Set([...entries.keys(), ...folders.keys()])];
  paths.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return paths.map((path) => {
    const entry = entries.get(path);
    if (entry === undefined) return folderEntry(path, folders.get(path), date);
    const common = { path, uid: 0, gid: 0, mtime: date };
    switch (entry.kind) {
      case 'file':
        return tarEntry({ ...common, type: 'File', mode: entry.mode, content: entry.bytes });
      case 'link':
        return tarEntry({ ...common, type: 'SymbolicLink', mode: 0o777, linkpath: entry.target });
      case 'directory':
        return folderEntry(path, { mode: entry.mode, uid: 0, gid: 0, xattrs: new Map() }, date);
    }
  });
}

function folderEntry(path: string, attributes: FolderAttributes | undefined, date: number): Buffer {
  const { mode, uid, gid, xattrs } = attributes ?? {
    mode: 0o755,
    uid: 0,
    gid: 0,
    xattrs: new Map<string, Uint8Array>(),
  };
  return tarEntry({ path: `${path}/`, type: 'Directory', mode, uid, gid, mtime: date, xattrs });
}

async function* onePiece(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
  await Promise.resolve();
}
