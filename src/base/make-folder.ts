import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './error.js';

/**
 * Makes a folder and the folders above it, as `mkdir -p`. Node's own `recursive` asks again and again for ever where a
 * folder that exists answers ENOENT, as /proc does (mkdir(2) on a file system that makes no folders).
 * @throws the system error of the part that can't be made.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const first = await attempt(path, mode);
  if (first === undefined) return;
  const parent = dirname(path);
  if (errnoOf(first) !== 'ENOENT' || parent === path) throw first;
  await makeFolder(parent, mode);
  const second = await attempt(path, mode);
  if (second !== undefined) throw second;
}

async function attempt(path: string, mode: number): Promise<Error | undefined> {
  try {
    await mkdir(path, { mode });
    return undefined;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && (await isFolder(path))) return undefined;
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}
