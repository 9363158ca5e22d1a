import { Header } from 'tar/header';
import { Pax } from 'tar/pax';
import { S6tsError } from '../base/error.js';
import { readTar } from './tar-reader.js';
import { treeOf, type OverlayTree, type TreeEntry } from './tree.js';

const BLOCK = 512;

/**
 * A tree as a tar (POSIX.1-2001 pax; ustar where that will do): names begin with `./`, owner 0:0 without names, one
 * date, the tree's order. A function of its arguments alone.
 */
export function toTar(tree: OverlayTree, date: Date): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [path, entry] of tree) {
    parts.push(headerOf(path, entry, date));
    if (entry.kind === 'file') parts.push(entry.bytes, new Uint8Array(padding(entry.bytes.length)));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return Buffer.concat(parts);
}

/** Reads a tar that we, or somebody in our name, made. @throws S6tsError `tar-malformed`, `tree-path`. */
export async function fromTar(bytes: Uint8Array, what: string): Promise<OverlayTree> {
  return treeOf(await readTar(bytes, what));
}

function headerOf(path: string, entry: TreeEntry, mtime: Date): Uint8Array {
  const fields = {
    path: entry.kind === 'directory' ? `./${path}/` : `./${path}`,
    mode: entry.kind === 'link' ? 0o777 : entry.mode,
    uid: 0,
    gid: 0,
    size: entry.kind === 'file' ? entry.bytes.length : 0,
    mtime,
    type: ({ file: 'File', link: 'SymbolicLink', directory: 'Directory' } as const)[entry.kind],
    ...(entry.kind === 'link' ? { linkpath: entry.target } : {}),
    uname: '',
    gname: '',
    devmaj: 0,
    devmin: 0,
  };
  const header = new Header(fields);
  const needsPax = header.encode();
  if (header.block === undefined)
    throw new S6tsError('tar-malformed', `no header for ${path}`, { what: path });
  if (!needsPax) return header.block;
  return Buffer.concat([
    new Pax({ path: fields.path, ...(entry.kind === 'link' ? { linkpath: entry.target } : {}) }).encode(),
    header.block,
  ]);
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
