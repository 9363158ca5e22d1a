import { S6tsError } from '../../../base/error.js';
import type { FetchOptions } from '../../../base/fetch.js';
import { isoDate } from '../../../base/iso-date.js';
import type { Progress } from '../../../base/progress.js';
import type { Architecture } from '../../architecture.js';
import { lockedPackages, type Lock, type LockedPackage, type Voucher } from '../../lock.js';
import { closure } from './closure.js';
import type { InRelease } from './inrelease.js';
import { mirrorError } from './mirror-error.js';
import { findMirror } from './mirror.js';
import { fetchPackagesIndex } from './packages-index.js';
import { packageCache } from './package-cache.js';
import { fetchPackage } from './pool.js';
import { archiveKeys, openSuite } from './suite.js';

export interface PackagesOptions {
  /** The root of the mirror, found only when something has to be fetched. */
  readonly mirror: () => Promise<string>;
  /** s6ts's cache folder. */
  readonly cache: string;
  readonly now: Date;
  /** Where the archive's keys lie. Default: those of the package. */
  readonly keys?: string;
  /** Use nothing but what the lock pins. Default false: the signed index, where a pinned file has gone. */
  readonly frozen?: boolean;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  /** For tests: how fetching retries. */
  readonly fetch?: FetchOptions;
}

/** A package and the file that it is. */
export interface FetchedPackage {
  readonly package: LockedPackage;
  readonly bytes: Uint8Array;
}

/** `mirror` for PackagesOptions: looks once, and remembers. */
export function mirrorOf(option: string | undefined, env: NodeJS.ProcessEnv): () => Promise<string> {
  let found: Promise<string> | undefined;
  return () => (found ??= findMirror({ env, ...(option === undefined ? {} : { option }) }));
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

/**
 * What the suite's signed index has now for the lock's roots and what they need.
 * @throws S6tsError as `openSuite`, `fetchPackagesIndex`, `closure`, with `mirror-…` for a failed fetch.
 */
export async function resolvePackages(
  lock: Pick<Lock, 'suite' | 'component' | 'roots' | 'without'>,
  architecture: Architecture,
  options: PackagesOptions,
): Promise<LockedPackage[]> {
  const root = await options.mirror();
  options.progress.stage(`check the signed index of Debian ${lock.suite} for ${architecture.debian}`);
  try {
    const fetching = fetchOptions(options);
    const keys = await archiveKeys(options.keys);
    const suite = { ...fetching, keys, now: options.now, cache: options.cache };
    const inRelease = await openSuite(root, lock.suite, suite);
    const place = { component: lock.component, architecture: architecture.debian };
    const index = await fetchPackagesIndex(root, inRelease, place, fetching);
    const vouchedBy = voucherOf(inRelease);
    return closure(index, lock.roots, lock.without, `${root} (${architecture.debian})`).map(
      ({ name, version, path, size, sha256 }) => ({ name, version, path, size, sha256, vouchedBy }),
    );
  } catch (error) {
    throw mirrorError(error);
  }
}

function voucherOf(inRelease: InRelease): Voucher {
  return { suite: inRelease.codename, date: isoDate(inRelease.date), inReleaseSha256: inRelease.sha256 };
}

async function fetchAll(
  packages: readonly LockedPackage[],
  options: PackagesOptions,
): Promise<FetchedPackage[]> {
  const cache = packageCache(options.cache, (text) => options.progress.warn(text));
  const fetched: FetchedPackage[] = [];
  for (const each of packages) {
    options.progress.stage(`fetch ${each.name} ${each.version}`);
    const bytes = await fetchPackage(each, options.mirror, cache, fetchOptions(options));
    fetched.push({ package: each, bytes });
  }
  return fetched;
}

function fetchOptions(options: PackagesOptions): FetchOptions {
  return {
    ...options.fetch,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onBytes: (done, total) => options.progress.bytes(done, total),
  };
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
