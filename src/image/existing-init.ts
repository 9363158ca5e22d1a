import type { Execution } from './graft.js';
import type { ImageTree } from './image.js';
import { resolvePath } from './symlinks.js';
import { s6RcServices } from './user-files.js';

/** The init that an image starts with already. */
export type ExistingInit =
  /** It doesn't start with /init. */
  | { readonly kind: 'none' }
  /** s6ts's own tarball, put there by a Dockerfile. */
  | { readonly kind: 's6ts' }
  /** s6-overlay v1 or v2: they read the same folders as s6ts. */
  | { readonly kind: 's6-overlay-v1-v2'; readonly major: 1 | 2 }
  /** s6-overlay v3, with the s6-rc services that s6ts would not start. */
  | { readonly kind: 's6-overlay-v3'; readonly version?: string; readonly services: readonly string[] }
  /** An /init of nobody we know. */
  | { readonly kind: 'unknown' };

/** A file of each that no other has. */
const SIGNS = [
  ['s6ts', 'usr/lib/s6/overlay.json'],
  ['s6-overlay-v3', 'package/admin/s6-overlay'],
  ['s6-overlay-v1-v2', 'etc/s6/init/init-stage1'],
] as const;

/** New in 2.0.0.0: a with-contenv as v1 had it. */
const V2_SIGN = 'usr/bin/with-contenv-legacy';

/** Finds out what /init it is that an image starts with, by the files that come with each. */
export async function existingInit(execution: Execution, tree: ImageTree): Promise<ExistingInit> {
  const [program] = execution.entrypoint.length > 0 ? execution.entrypoint : execution.cmd;
  if (program !== '/init') return { kind: 'none' };
  for (const [kind, path] of SIGNS) {
    const found = await resolvePath(tree, path);
    if (found.kind !== 'found' || found.node === undefined) continue;
    switch (kind) {
      case 's6ts':
        return { kind };
      case 's6-overlay-v1-v2':
        return { kind, major: (await isThere(tree, V2_SIGN)) ? 2 : 1 };
      case 's6-overlay-v3': {
        const version = /^package\/admin\/s6-overlay-([^/]+)$/.exec(found.path)?.[1];
        const services = await s6RcServices(tree);
        return { kind, ...(version === undefined ? {} : { version }), services };
      }
    }
  }
  return { kind: 'unknown' };
}

async function isThere(tree: ImageTree, path: string): Promise<boolean> {
  const found = await resolvePath(tree, path);
  return found.kind === 'found' && found.node !== undefined;
}
