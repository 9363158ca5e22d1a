import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Marks a file of a cache as used just now. One that can't be marked only goes sooner. */
export async function markUsed(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}

/**
 * Of the files of a folder whose names end with `suffix`, keeps the `kept` ones that were written or marked last.
 * @throws the error of the file system, also where somebody else removes one meanwhile
 */
export async function keepRecent(folder: string, suffix: string, kept: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix));
  const used = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
  );
  const old = used.sort((a, b) => b.at - a.at).slice(kept);
  for (const { name } of old) await rm(join(folder, name), { force: true });
}
