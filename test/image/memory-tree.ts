import type { FolderAttributes, ImageNode, ImageTree } from '../../src/image/image.js';

/** What a test's image holds: path → folder mode (and owner), link target, or a file. */
export type Nodes = Readonly<Record<string, number | { readonly link: string } | 'file' | FolderAttributes>>;

/** An image tree of these entries, that counts what it is asked. */
export function memoryTree(nodes: Nodes): ImageTree & { readonly asked: string[] } {
  const asked: string[] = [];
  const node = (path: string): ImageNode | undefined => {
    const found = nodes[path];
    if (found === undefined) return undefined;
    if (found === 'file') return 'other';
    return typeof found === 'object' && 'link' in found ? { target: found.link } : 'directory';
  };
  return {
    asked,
    lstat(path) {
      asked.push(path);
      return Promise.resolve(node(path));
    },
    folder(path) {
      const found = nodes[path];
      if (typeof found === 'number')
        return Promise.resolve({ mode: found, uid: 0, gid: 0, xattrs: new Map() });
      if (typeof found === 'object' && 'mode' in found) return Promise.resolve(found);
      return Promise.reject(new Error(`${path} is no folder`));
    },
    list(path) {
      const names = Object.keys(nodes)
        .filter((name) => name.startsWith(`${path}/`) && !name.slice(path.length + 1).includes('/'))
        .map((name) => name.slice(path.length + 1));
      return Promise.resolve(names.sort());
    },
  };
}
