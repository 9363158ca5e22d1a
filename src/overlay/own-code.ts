import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256Hex } from '../base/digest.js';
import { errnoOf, fileError } from '../base/error.js';
import { PACKAGE_ROOT } from '../base/package-root.js';

/**
 * The compiled code of this room, or its sources where they are run; and what it ships as it is. The path holds from
 * dist/cli/run.cjs, too, where scripts/bundle.js puts this module's code.
 */
const OF_A_RELEASE = [fileURLToPath(new URL('../overlay', import.meta.url)), join(PACKAGE_ROOT, 'assets')];

/**
 * Changes with the code and the assets that make a release. Of an installed package its version tells as much, and this
 * is the same for all; only a checkout (it has src/) changes under its version.
 * @throws S6tsError `file-error`
 */
export async function ownCode(root = PACKAGE_ROOT, folders = OF_A_RELEASE): Promise<string> {
  if (!existsSync(join(root, 'src'))) return 'as installed';
  const files = (await Promise.all(folders.map(filesBelow))).flat();
  return sha256Hex(files.sort().join('\n'));
}

/** The files below a folder, as path in it and hash. */
async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileError('read', folder, error);
  });
  const files = names.map(async (name) => {
    const bytes = await readFile(join(folder, name)).catch((error: unknown) => {
      if (errnoOf(error) === 'EISDIR') return undefined;
      throw fileError('read', join(folder, name), error);
    });
    return bytes === undefined ? [] : [`${name} ${sha256Hex(bytes)}`];
  });
  return (await Promise.all(files)).flat();
}
