import { readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.js';
import { sha256Hex } from '../base/digest.js';
import { fileError } from '../base/error.js';
import { packagePath } from '../base/package-root.js';
import type { Architecture } from './architecture.js';
import { lockedPackages, type Lock } from './lock.js';
import { readDeb } from './source/debian/deb.js';
import { fetchLocked } from './source/debian/packages.js';
import type { PackagesOptions } from './source/debian/packages-options.js';
import type { TreeEntry } from './tree.js';
import { makeFolder } from '../base/make-folder.js';

/** What the C runtime is compiled against, pinned like the programs. */
export const SYSROOT_LOCK = packagePath('release', 'sysroot.lock.json');

/** Headers and static libraries; documentation and programs stay out. */
const WANTED = /^usr\/(?:include|lib)\//;

/**
 * Unpacks the headers and libraries that the runtime is compiled against into `folder`, made anew unless it holds
 * the pinned packages already.
 * @throws S6tsError as `fetchLocked`, `deb-malformed`, `file-error`.
 */
export async function unpackSysroot(
  lock: Lock,
  architecture: Architecture,
  folder: string,
  options: PackagesOptions,
): Promise<void> {
  const pinned = lockedPackages(lock, architecture.seed);
  const identity = pinned === undefined ? undefined : sha256Hex(JSON.stringify(pinned));
  const mark = join(folder, '.packages');
  if ((await readFile(mark, 'utf8').catch(() => '')) === identity) return;
  const fetched = await fetchLocked(lock, architecture, options);
  const temporary = `${folder}.new`;
  try {
    await rm(temporary, { recursive: true, force: true });
    for (const { package: from, bytes } of fetched) {
      for (const [path, entry] of await readDeb(bytes, from.path)) {
        if (WANTED.test(path)) await put(join(temporary, path), entry);
      }
    }
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw fileError('unpack the sysroot into', folder, error);
  }
  if (identity !== undefined) await writeFileAtomic(mark, identity);
}

async function put(path: string, entry: TreeEntry): Promise<void> {
  await makeFolder(dirname(path));
  if (entry.kind === 'file') await writeFile(path, entry.bytes, { mode: entry.mode });
  else if (entry.kind === 'link') await symlink(entry.target, path);
}
