import type { LintRoot } from './rule.js';

/** Where a name is looked for: the PATH of /init's scripts, and the usual one of images. */
const SEARCHED = 'command usr/local/sbin usr/local/bin usr/sbin usr/bin sbin bin'.split(' ');

/** True where a program is in the root: by its absolute path, or by its name in a folder that is searched. */
export async function holdsProgram(root: LintRoot, program: string): Promise<boolean> {
  if (program.startsWith('/')) return root.isFile(program.slice(1));
  // From the working directory, which nobody knows here.
  if (program.includes('/')) return true;
  const own = (root.path ?? '').split(':').filter((folder) => folder.startsWith('/'));
  for (const folder of [...SEARCHED, ...own.map((each) => each.slice(1).replace(/\/+$/, ''))])
    if (await root.isFile(`${folder}/${program}`)) return true;
  return false;
}
