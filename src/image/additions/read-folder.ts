import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, S6tsError } from '../../base/error.js';
import { treeOf, type OverlayTree, type TreeEntry } from '../../overlay/tree.js';

/**
 * A folder as a tree to lay over a root: modes and links as they are, owner root. @throws S6tsError `file-…`;
 * `additions-invalid` for what no layer can hold.
 */
export async function readFolder(folder: string): Promise<OverlayTree> {
  const found = await lstat(folder).catch((error: unknown) => {
    throw fileError('read the files to add', folder, error);
  });
  if (!found.isDirectory()) throw invalid(folder, 'is no folder');
  const names = await readdir(folder, { recursive: true });
  const entries: [string, TreeEntry][] = [];
  for (const name of names) entries.push([name, await entryOf(join(folder, name))]);
  return treeOf(entries);
}

async function entryOf(path: string): Promise<TreeEntry> {
  try {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (name.startsWith('.wh.')) throw invalid(path, 'has a name that takes files away in a layer');
    if (name.includes('\uFFFD')) throw invalid(path, 'has a name that is not UTF-8');
    const found = await lstat(path);
    const mode = found.mode % 0o10000;
    if (found.isSymbolicLink()) return { kind: 'link', target: await readlink(path) };
    if (found.isDirectory()) return { kind: 'directory', mode };
    if (found.isFile()) return { kind: 'file', mode, bytes: await readFile(path) };
    throw invalid(path, 'is neither file, folder nor link');
  } catch (error) {
    throw fileError('read the files to add', path, error);
  }
}

function invalid(path: string, why: string): S6tsError {
  return new S6tsError('additions-invalid', `${path} can't be added to an image: it ${why}`, { what: path });
}
