import { S6tsError } from '../../../base/error.js';
import { mapParallel } from '../../../base/parallel.js';
import type { Architecture } from '../../architecture.js';
import { lockedPackages, type Lock, type LockedPackage } from '../../lock.js';
import { mirrorError } from './mirror-error.js';
import { packageCache } from './package-cache.js';
import { fetchOptions, type PackagesOptions } from './packages-options.js';
import { fetchPackage } from './pool.js';
import { resolvePackages } from './resolve.js';

/** Downloads side by side: mirrors limit connections of one address. */
const AT_A_TIME = 4;

/** A package and the file that it is. */
export interface FetchedPackage {
  readonly package: LockedPackage;
  readonly bytes: Uint8Array;
}

/**
 * Fetches the packages that the lock pins for an architecture, each checked by size and SHA-256. What the lock doesn't
 * pin, or what has gone from the mirror, comes by the signed index, with a warning; unless frozen.
 * @throws S6tsError `lock-incomplete`, `lock-stale`, `mirror-unreachable`, `mirror-mismatch`; as `resolvePackages`
 * where it has to ask the index.
 */
export async function fetchLocked(
  lock: Lock,
  architecture: Architecture,
  options: PackagesOptions,
): Promise<FetchedPackage[]> {
  const pinned = lockedPackages(lock, architecture.seed);
  let reason: string;
  if (pinned === undefined) {
    if (options.frozen === true) throw notPinned(architecture);
    reason = `the lock pins no packages for ${architecture.seed}`;
  } else {
    try {
      return await fetchAll(pinned, options);
    } catch (error) {
      if (!(error instanceof S6tsError) || error.code !== 'fetch-missing') throw mirrorError(error);
      if (options.frozen === true) throw gone(error);
      reason = error.message;
    }
  }
  options.progress.warn(`${reason}; asking the signed index of ${lock.suite} instead of the lock`);
  const current = await resolvePackages(lock, architecture, options);
  return fetchAll(current, options).catch((error: unknown) => {
    throw mirrorError(error);
  });
}

async function fetchAll(
  packages: readonly LockedPackage[],
  options: PackagesOptions,
): Promise<FetchedPackage[]> {
  const cache = packageCache(options.cache, (text) => options.progress.warn(text));
  const fetching = fetchOptions(options);
  options.progress.stage(`fetch ${packages.length} packages of Debian`);
  const total = packages.reduce((sum, { size }) => sum + size, 0);
  const done = new Map<LockedPackage, number>();
  const count = (of: LockedPackage, bytes: number): void => {
    done.set(of, bytes);
    options.progress.bytes(
      [...done.values()].reduce((sum, each) => sum + each, 0),
      total,
    );
  };
  return mapParallel(
    packages,
    AT_A_TIME,
    async (each, signal) => {
      const onBytes = (bytes: number): void => count(each, bytes);
      const bytes = await fetchPackage(each, options.mirror, cache, { ...fetching, signal, onBytes });
      count(each, each.size);
      return { package: each, bytes };
    },
    options.signal,
  );
}

function gone(error: S6tsError): S6tsError {
  return new S6tsError('lock-stale', `${error.message}, and --frozen allows no other version`, {
    ...(error.what === undefined ? {} : { what: error.what }),
    hint: 'name a mirror that still has it (--mirror URL), or leave out --frozen',
    cause: error,
  });
}

function notPinned({ seed }: Architecture): S6tsError {
  return new S6tsError(
    'lock-incomplete',
    `the lock pins no packages for ${seed}, and --frozen allows no others`,
    {
      what: seed,
      hint: 'leave out --frozen: then the signed index decides',
    },
  );
}
