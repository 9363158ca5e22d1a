import type { ImageNode, ImageTree } from './image.js';

/** How many links one path may go through (the kernel's MAXSYMLINKS). */
const MAX_LINKS = 40;

/** Where a path of an image leads once all its links are followed. */
export type Resolved =
  /** `path` holds no link; `node` is what lies there, undefined where nothing does (a link may dangle). */
  | {
      readonly kind: 'found';
      readonly path: string;
      readonly node: Exclude<ImageNode, { target: string }> | undefined;
    }
  /** Nothing can be there: a part of the path is a file, or its links go round for ever. */
  | { readonly kind: 'blocked'; readonly by: string };

/**
 * Follows all links of `path`, the last one too, as the kernel does with the image's root as `/`: absolute targets
 * start there, `..` stops there, and the rest of a path below nothing is taken as it stands.
 */
export async function resolvePath(tree: ImageTree, path: string): Promise<Resolved> {
  const todo = path.split('/').reverse();
  let done: string[] = [];
  let node: ImageNode | undefined = 'directory';
  let links = 0;
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    if (part === '' || part === '.') continue;
    if (node === 'other') return { kind: 'blocked', by: done.join('/') };
    if (part === '..') {
      done = done.slice(0, -1);
      node = done.length === 0 ? 'directory' : await tree.lstat(done.join('/'));
      continue;
    }
    const next: string = [...done, part].join('/');
    const found: ImageNode | undefined = node === undefined ? undefined : await tree.lstat(next);
    if (typeof found === 'object') {
      links += 1;
      if (links > MAX_LINKS) return { kind: 'blocked', by: next };
      todo.push(...found.target.split('/').reverse());
      if (found.target.startsWith('/')) done = [];
      node = 'directory';
      continue;
    }
    done.push(part);
    node = found;
  }
  return { kind: 'found', path: done.join('/'), node: typeof node === 'object' ? undefined : node };
}

/** The same tree, asked at most once for each path. */
export function memoized(tree: ImageTree): ImageTree {
  const once = <T>(ask: (path: string) => Promise<T>): ((path: string) => Promise<T>) => {
    const answers = new Map<string, Promise<T>>();
    return (path) => {
      const known = answers.get(path) ?? ask(path);
      answers.set(path, known);
      return known;
    };
  };
  return {
    lstat: once((path) => tree.lstat(path)),
    folder: once((path) => tree.folder(path)),
    list: once((path) => tree.list(path)),
  };
}
