import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What s6ts runs from. */
const RUN = ['assets', 'bin', 'dist', 'release', 'package.json', 'oclif.manifest.json'];
/** What a release of s6ts is made from beside that. */
const REST = ['scripts', 'build/runtime', 'CHANGELOG.md', 'README.md', 'LICENSE'];

/** What `make test` and the fuzzers build, and change while tests run. */
const HOST = join(ROOT, 'build/runtime/host');

/** Copies these paths of the checkout into `folder`. */
export async function copyPaths(paths: readonly string[], folder: string): Promise<void> {
  for (const path of paths)
    await cp(join(ROOT, path), join(folder, path), { recursive: true, filter: (source) => source !== HOST });
}

/** Copies of these paths of the checkout in `folder`; node_modules is lent. */
async function copyOf(paths: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyPaths(paths, folder);
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

/** A built checkout without a runtime, for a test that changes what s6ts comes with. */
export function commandCopy(folder: string): Promise<void> {
  return copyOf(RUN, folder);
}

/** A built checkout in which a release may be made. */
export function checkoutCopy(folder: string): Promise<void> {
  return copyOf([...RUN, ...REST], folder);
}
