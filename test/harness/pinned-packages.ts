import { silent } from '../../src/base/progress.js';
import { cacheFolder } from '../../src/base/user-folders.js';
import type { Architecture } from '../../src/overlay/architecture.js';
import { readLock } from '../../src/overlay/lock.js';
import { mirrorOf } from '../../src/overlay/source/debian/packages-options.js';
import { fetchLocked } from '../../src/overlay/source/debian/packages.js';

/** The packages of a lock of the tests' own, from the machine's mirror; kept in the user's cache. */
export async function fetchPinned(lock: string, architecture: Architecture): ReturnType<typeof fetchLocked> {
  return fetchLocked(await readLock(lock), architecture, {
    mirror: mirrorOf(undefined, process.env),
    cache: cacheFolder(process.env),
    now: new Date(),
    frozen: true,
    progress: silent,
  });
}
