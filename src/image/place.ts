import { posix } from 'node:path';
import { S6tsError } from '../base/error.js';
import { PARTS } from '../overlay/meta.js';
import { noticesOf } from '../overlay/notices.js';
import { treeOf, type OverlayTree, type TreeEntry } from '../overlay/tree.js';
import { PLAIN_FOLDER, type FolderAttributes, type ImageTree } from './image.js';
import { memoized, resolvePath } from './symlinks.js';

/** Names that are ours in every image; whatever an image has there is replaced. */
const OURS = ['init', 'command', 'run/s6', 'usr/lib/s6'];

/** Ours as well, but never worth refusing an image for: where they can't be put, they are left out. */
const OUR_NOTICES = PARTS.map(noticesOf);

/** Where links of ours lead: one that an image holds already was put there by an earlier s6ts. */
const LED_TO_BY_OURS = [...OURS, 'dev/shm/s6'];

/** An overlay with each path where the image's links lead to. */
export interface Placement {
  /** Files and links, at paths that go through no link of the image. */
  readonly entries: OverlayTree;
  /** Every parent folder of an entry, and the overlay's own folders. */
  readonly folders: ReadonlyMap<string, FolderAttributes>;
  /** Names of ours that the image has a file of its own at: its file stays, ours is left out. Sorted. */
  readonly kept: readonly string[];
}

export interface PlaceOptions {
  /** True where the image's own files at our names are an older s6-overlay's: they are replaced. */
  readonly replaceAll: boolean;
}

/**
 * Resolves an overlay against an image's file system: links of the image are followed and never replaced, its files
 * win outside of what is ours. @throws S6tsError `image-path` where what is ours can't be put.
 */
export async function placeOverlay(
  overlay: OverlayTree,
  image: ImageTree,
  options: PlaceOptions,
): Promise<Placement> {
  const tree = memoized(image);
  const entries = new Map<string, TreeEntry>();
  const folders = new Map<string, FolderAttributes>();
  const kept = new Set<string>();
  for (const [path, entry] of await withOldNames(overlay, tree)) {
    if (entry.kind === 'directory') {
      const folder = await folderFor(tree, path);
      if (folder === undefined) kept.add(path);
      else await addFolder(tree, folders, folder, isOurs(path) ? entry.mode : undefined);
      continue;
    }
    const parent = await folderFor(tree, posix.dirname(path));
    const real = parent === undefined ? undefined : posix.join(parent.path, posix.basename(path));
    if (parent === undefined || real === undefined) {
      kept.add(path);
      continue;
    }
    if (entries.has(real)) continue;
    const ours = isOurs(path) || OUR_NOTICES.includes(path);
    const free = !parent.exists || options.replaceAll || ours || (await isFree(tree, real));
    if (free) {
      entries.set(real, entry.kind === 'link' ? moved(entry, path, real) : entry);
      await addFolder(tree, folders, parent, undefined);
    } else kept.add(path);
  }
  return { entries: treeOf(entries), folders, kept: [...kept].sort() };
}

/**
 * The overlay with the names that only an injected image can have: `/bin/NAME` as in s6-overlay v1, where /bin is no
 * link, and a /var/run/s6 that leads to the work area, where /var/run is no link to /run.
 */
async function withOldNames(overlay: OverlayTree, tree: ImageTree): Promise<OverlayTree> {
  const all = new Map(overlay);
  const bin = await tree.lstat('bin');
  if (bin === undefined || bin === 'directory') {
    for (const [path, entry] of overlay) {
      const name = /^usr\/bin\/([^/]+)$/.exec(path)?.[1];
      if (name !== undefined && entry.kind === 'link' && !all.has(`bin/${name}`)) {
        all.set(`bin/${name}`, moved(entry, path, `bin/${name}`));
      }
    }
  }
  const varRun = await resolvePath(tree, 'var/run');
  if (varRun.kind === 'found' && varRun.path !== 'run')
    all.set('var/run/s6', { kind: 'link', target: '/run/s6' });
  return treeOf(all);
}

interface Folder {
  readonly path: string;
  readonly exists: boolean;
}

/** The folder that `path` leads to; undefined where the image has something else in the way. */
export async function folderFor(tree: ImageTree, path: string): Promise<Folder | undefined> {
  if (path === '.') return { path: '', exists: true };
  const resolved = await resolvePath(tree, path);
  if (resolved.kind === 'found' && resolved.node !== 'other') {
    return { path: resolved.path, exists: resolved.node !== undefined };
  }
  if (!isOurs(path)) return undefined;
  // A file of the image called /command, say: a folder of ours takes its place.
  const parent = await folderFor(tree, posix.dirname(path));
  if (resolved.kind === 'found' && parent !== undefined) {
    return { path: posix.join(parent.path, posix.basename(path)), exists: false };
  }
  throw new S6tsError('image-path', `the image has a file in the way of /${path}`, {
    what: `/${path}`,
    hint: 's6ts needs /init, /command, /run/s6 and /usr/lib/s6; remove the file from the image',
  });
}

/** Notes a folder and all its parents, with the image's own attributes where it has them. */
export async function addFolder(
  tree: ImageTree,
  folders: Map<string, FolderAttributes>,
  folder: Folder,
  mode: number | undefined,
): Promise<void> {
  let exists = true;
  for (const path of prefixesOf(folder.path)) {
    exists = exists && (await tree.lstat(path)) === 'directory';
    const own = folders.get(path) ?? (exists ? await tree.folder(path) : PLAIN_FOLDER);
    folders.set(path, mode !== undefined && path === folder.path ? { ...own, mode } : own);
  }
}

/** `usr/lib/s6` → `usr`, `usr/lib`, `usr/lib/s6`. */
function prefixesOf(path: string): readonly string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/**
 * True where nothing of the image's own is: nothing at all, a link into what is ours, or a `.keep`, which says no more
 * than ours would.
 */
async function isFree(tree: ImageTree, real: string): Promise<boolean> {
  const node = await tree.lstat(real);
  if (node === undefined) return true;
  if (typeof node === 'string') return node === 'other' && posix.basename(real) === '.keep';
  const end = await resolvePath(tree, real);
  return end.kind === 'found' && LED_TO_BY_OURS.some((ours) => isWithin(end.path, ours));
}

export function isOurs(path: string): boolean {
  return OURS.some((ours) => isWithin(path, ours));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** A relative link that comes to stand in another folder is made absolute. */
export function moved(link: TreeEntry & { kind: 'link' }, from: string, to: string): TreeEntry {
  if (link.target.startsWith('/') || posix.dirname(from) === posix.dirname(to)) return link;
  return { kind: 'link', target: posix.join('/', posix.dirname(from), link.target) };
}
