import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The temporary names of `atomic-file`. */
const TEMPORARY = /^\..+\.s6ts-[0-9a-f]{12}\.tmp$/;
/** No file takes that long to write. */
const OLD_MS = 24 * 3_600_000;

/** Folders that this process has looked through. */
const swept = new Set<string>();

/**
 * Removes what a killed s6ts left in a folder: temporary files a day older than `nowMs`, the time of that file system.
 * Once a process and folder. Never fails: it tidies up beside the work that was asked for.
 */
export async function sweepDebris(folder: string, nowMs: number): Promise<void> {
  if (swept.has(folder)) return;
  swept.add(folder);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => TEMPORARY.test(each))) {
    const path = join(folder, name);
    const facts = await lstat(path).catch(() => undefined);
    if (facts === undefined || nowMs - facts.mtimeMs < OLD_MS) continue;
    // Another user's, in a folder for all (/tmp): it stays.
    await rm(path, { force: true }).catch(() => undefined);
  }
}
