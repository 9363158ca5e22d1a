import { closeSync, fstatSync, openSync, rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryName } from './atomic-file.js';
import { errnoOf, fileError } from './error.js';
import { monotonicMs } from './monotonic.js';

/** Which file bears a name, and when it was written last; undefined for none. Another one in its place differs. */
export type FileState = string | undefined;

/** As the debris of `atomic-file` is called, so that one which a crash has left is swept away with that. */
const LOCK = '000000000000';
/** A lock is held for a few system calls: one that is there that long is a killed process's. */
const DEAD_MS = 2000;
const PAUSE_MS = 5;

/** The state of what bears a path, or of an open file. @throws S6tsError `file-error` */
export function stateOf(file: string | number): FileState {
  const bigint = { bigint: true } as const;
  try {
    const { dev, ino, size, mtimeNs } =
      typeof file === 'number' ? fstatSync(file, bigint) : statSync(file, bigint);
    return [dev, ino, size, mtimeNs].join();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw fileError('read', String(file), error);
  }
}

/**
 * Runs `act`, which gives `path` another file, if that is still the one which `before` was taken of. False where somebody
 * else was quicker: what was made of the old one is to be made anew. A lock makes that exact between two s6ts; what other
 * programs do is seen, too, but for the moment in which `act` runs.
 * @throws S6tsError `file-error` where the folder takes no lock; what `act` throws
 */
export async function ifUnchanged(path: string, before: FileState, act: () => void): Promise<boolean> {
  const lock = temporaryName(path, LOCK);
  let seen: FileState;
  let since = 0;
  while (!tookLock(lock, path)) {
    const now = stateOf(lock);
    if (now !== seen) [seen, since] = [now, monotonicMs()];
    else if (monotonicMs() - since > DEAD_MS) rmSync(lock, { force: true });
    await sleep(PAUSE_MS);
  }
  // No await while it is held: an interrupt comes before or after.
  try {
    if (stateOf(path) !== before) return false;
    act();
    return true;
  } finally {
    rmSync(lock, { force: true });
  }
}

function tookLock(lock: string, path: string): boolean {
  try {
    closeSync(openSync(lock, 'wx'));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw fileError('write', path, error);
  }
}
