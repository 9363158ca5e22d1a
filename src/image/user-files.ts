import { posix } from 'node:path';
import type { ImageTree } from './image.js';
import { resolvePath } from './symlinks.js';

/** A service of `/etc/services.d`, and which of the parts that mean something its folder has. */
export interface ServiceFolder {
  readonly name: string;
  readonly parts: readonly string[];
}

/** What an image asks its init to do: names of files, as they are run (byte order). */
export interface UserFiles {
  readonly services: readonly ServiceFolder[];
  readonly contInit: readonly string[];
  readonly contFinish: readonly string[];
  readonly fixAttrs: readonly string[];
  /** Definitions of s6-rc, which s6-overlay v3 reads. */
  readonly s6Rc: readonly string[];
}

/** Parts of a service folder (servicedir(7)), and `essential`, which is ours. */
const PARTS = ['run', 'finish', 'log', 'notification-fd', 'down', 'essential'];

/** Bundles that every v3 image has: they hold the others. */
const V3_BUNDLES = ['user', 'user2'];

/** Where s6-overlay v3 has its definitions. */
const S6_RC = 'etc/s6-overlay/s6-rc.d';

/** Reads what lies in the folders of an image that an init works through; `profile` is S6_RUNTIME_PROFILE. */
export async function userFilesOf(tree: ImageTree, profile = ''): Promise<UserFiles> {
  const etc = profile === '' ? 'etc' : posix.join('etc/cont-profile.d', profile);
  const names = (folder: string): Promise<readonly string[]> => namesIn(tree, posix.join(etc, folder));
  const services = [];
  for (const name of await names('services.d')) {
    const parts = await namesIn(tree, posix.join(etc, 'services.d', name));
    services.push({ name, parts: PARTS.filter((part) => parts.includes(part)) });
  }
  return {
    services,
    contInit: await names('cont-init.d'),
    contFinish: await names('cont-finish.d'),
    fixAttrs: await names('fix-attrs.d'),
    s6Rc: await s6RcServices(tree),
  };
}

/** The s6-rc services of an image of s6-overlay v3. */
export async function s6RcServices(tree: ImageTree): Promise<readonly string[]> {
  return (await namesIn(tree, S6_RC)).filter((name) => !V3_BUNDLES.includes(name));
}

/** Without those that begin with a dot: `.keep`, and what s6 itself would pass over. None where there is no folder. */
async function namesIn(tree: ImageTree, path: string): Promise<readonly string[]> {
  const folder = await resolvePath(tree, path);
  if (folder.kind !== 'found' || folder.node !== 'directory') return [];
  return (await tree.list(folder.path)).filter((name) => !name.startsWith('.'));
}
