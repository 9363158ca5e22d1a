import type { Execution } from './graft.js';
import type { ImageTree } from './image.js';
import { resolvePath } from './symlinks.js';

/** The init that an image starts with already. */
export type ExistingInit =
  /** It doesn't start with /init. */
  | { readonly kind: 'none' }
  /** s6ts's own tarball, put there by a Dockerfile. */
  | { readonly kind: 's6ts' }
  /** s6-overlay v1 or v2: they read the same folders as s6ts. */
  | { readonly kind: 's6-overlay-v1-v2' }
  /** s6-overlay v3, with the s6-rc services that s6ts would not start. */
  | { readonly kind: 's6-overlay-v3'; readonly services: readonly string[] }
  /** An /init of nobody we know. */
  | { readonly kind: 'unknown' };

/** A file of each that no other has. */
const SIGNS = [
  ['s6ts', 'usr/lib/s6/overlay.json'],
  ['s6-overlay-v3', 'package/admin/s6-overlay'],
  ['s6-overlay-v1-v2', 'etc/s6/init/init-stage1'],
] as const;

const V3_SERVICES = 'etc/s6-overlay/s6-rc.d';
/** Bundles that every v3 image has: they hold the others. */
const V3_BUNDLES = ['user', 'user2'];

/** Finds out what /init it is that an image starts with, by the files that come with each. */
export async function existingInit(execution: Execution, tree: ImageTree): Promise<ExistingInit> {
  const [program] = execution.entrypoint.length > 0 ? execution.entrypoint : execution.cmd;
  if (program !== '/init') return { kind: 'none' };
  for (const [kind, path] of SIGNS) {
    const found = await resolvePath(tree, path);
    if (found.kind !== 'found' || found.node === undefined) continue;
    return kind === 's6-overlay-v3' ? { kind, services: await v3Services(tree) } : { kind };
  }
  return { kind: 'unknown' };
}

async function v3Services(tree: ImageTree): Promise<readonly string[]> {
  const folder = await resolvePath(tree, V3_SERVICES);
  if (folder.kind !== 'found' || folder.node !== 'directory') return [];
  return (await tree.list(folder.path)).filter((name) => !V3_BUNDLES.includes(name));
}
