import { S6tsError } from '../base/error.js';

/** One entry of an overlay; owner is always root. */
export type TreeEntry =
  | { readonly kind: 'file'; readonly mode: number; readonly bytes: Uint8Array }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'directory'; readonly mode: number };

/**
 * What is laid over a root file system: path → entry. Paths are relative, without `./` and without a final slash
 * (`usr/lib/s6/ld`), and iterate in byte order.
 */
export type OverlayTree = ReadonlyMap<string, TreeEntry>;

/** A tree of these entries, sorted by the bytes of their paths. @throws S6tsError `tree-path` for one not allowed. */
export function treeOf(entries: Iterable<readonly [string, TreeEntry]>): OverlayTree {
  const list = [...entries];
  for (const [path] of list) assertRelative(path);
  const tree = new Map(list.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  if (tree.size !== list.length)
    throw new S6tsError('tree-path', `a path stands twice in the tree: ${twice(list)}`);
  for (const path of tree.keys()) assertParents(path, tree);
  return tree;
}

/** All entries of all trees. @throws S6tsError `tree-path` when two trees hold one path (other than equal folders). */
export function mergeTrees(...trees: readonly OverlayTree[]): OverlayTree {
  const merged = new Map<string, TreeEntry>();
  for (const [path, entry] of trees.flatMap((tree) => [...tree])) {
    const present = merged.get(path);
    const sameFolder =
      present?.kind === 'directory' && entry.kind === 'directory' && present.mode === entry.mode;
    if (present !== undefined && !sameFolder) {
      throw new S6tsError('tree-path', `two parts of the overlay hold ${path}`, { what: path });
    }
    merged.set(path, entry);
  }
  return treeOf(merged);
}

function assertRelative(path: string): void {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..') || path.includes('\0')) {
    throw new S6tsError('tree-path', `not a path that an overlay may hold: ${JSON.stringify(path)}`, {
      what: path,
    });
  }
}

/** What lies below a link would be written to wherever that leads. */
function assertParents(path: string, tree: OverlayTree): void {
  for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
    const parent = path.slice(0, end);
    const kind = tree.get(parent)?.kind ?? 'directory';
    if (kind !== 'directory') {
      throw new S6tsError('tree-path', `${path} lies below ${parent}, which is a ${kind}`, { what: path });
    }
  }
}

function twice(list: readonly (readonly [string, TreeEntry])[]): string {
  return list.find(([path], index) => list[index - 1]?.[0] === path)?.[0] ?? '';
}
