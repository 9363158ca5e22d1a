import { posix } from 'node:path';
import { S6tsError } from '../../base/error.js';
import { treeOf, type TreeEntry } from '../../overlay/tree.js';
import type { FolderAttributes, ImageTree } from '../image.js';
import { addFolder, folderFor, isOurs, moved, type Placement } from '../place.js';
import { memoized, resolvePath } from '../symlinks.js';
import type { Additions } from './read-additions.js';

/**
 * Resolves what is added against an image's file system: links of the image are followed, its files give way, and a
 * folder that it has stays what it is. @throws S6tsError `image-path` where a folder and a file meet, or at names that
 * are the overlay's, or for a service whose name the image's own has; `earlier` ones of ours may be there.
 */
export async function placeAdditions(
  { tree: additions, services }: Additions,
  image: ImageTree,
  earlier: readonly string[],
): Promise<Placement> {
  const tree = memoized(image);
  for (const name of services.filter((each) => !earlier.includes(each))) {
    const found = await resolvePath(tree, `etc/services.d/${name}`);
    if (found.kind === 'found' && found.node === undefined) continue;
    throw refused(`etc/services.d/${name}`, 'is a service of the image');
  }
  const entries = new Map<string, TreeEntry>();
  const folders = new Map<string, FolderAttributes>();
  for (const [path, entry] of additions) {
    if (isOurs(path)) throw refused(path, 'is a name of the overlay’s own');
    const isFolder = entry.kind === 'directory';
    const folder = await folderFor(tree, isFolder ? path : posix.dirname(path));
    if (folder === undefined) throw refused(path, 'lies where the image has a file');
    if (isFolder) {
      await addFolder(tree, folders, folder, folder.exists ? undefined : entry.mode);
      continue;
    }
    const real = posix.join(folder.path, posix.basename(path));
    if ((await tree.lstat(real)) === 'directory') throw refused(path, 'is a folder of the image');
    if (entries.has(real)) throw refused(path, `leads to /${real}, which another file is put at`);
    entries.set(real, entry.kind === 'link' ? moved(entry, path, real) : entry);
    await addFolder(tree, folders, folder, undefined);
  }
  return { entries: treeOf(entries), folders, kept: [] };
}

function refused(path: string, why: string): S6tsError {
  return new S6tsError('image-path', `/${path} can't be added: it ${why}`, {
    what: `/${path}`,
    hint: 'give it another place',
  });
}
