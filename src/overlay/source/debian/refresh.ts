import { isoDate } from '../../../base/iso-date.js';
import { ARCHITECTURES, type Architecture } from '../../architecture.js';
import { lockedPackages, type Lock, type LockedPackage } from '../../lock.js';
import type { PackagesOptions } from './packages-options.js';
import { isMidSync, resolve, resolveUnvouched, voucherOf, type Resolved } from './resolve.js';
import { compareVersions } from './version.js';

/** How a lock's entry for a package changed; both sides are there when it is another file, or vouched for differently. */
export interface PackageChange {
  readonly name: string;
  readonly from?: LockedPackage;
  readonly to?: LockedPackage;
}

/** What became of an architecture's part of a lock. */
export interface ArchitectureChange {
  /** The seed's name. */
  readonly architecture: string;
  /** Why it was left as it was. */
  readonly kept?: string;
  readonly changes: readonly PackageChange[];
}

export interface RefreshedLock {
  readonly lock: Lock;
  readonly changes: readonly ArchitectureChange[];
}

/**
 * A lock with what the suite's signed index has now, for the architectures given. Where the mirror has no index that the
 * InRelease vouches for, that architecture stays as it was; or, with `allowUnvouched`, is locked by the index that is
 * there, `vouchedBy: null`, as far as the lock or another architecture's index don't vouch for the very same file.
 * @throws S6tsError as `resolve`, but for `index-mid-sync`.
 */
export async function refreshLock(
  lock: Lock,
  architectures: readonly Architecture[],
  options: PackagesOptions & { readonly allowUnvouched: boolean },
): Promise<RefreshedLock> {
  const pinned = new Map(Object.entries(lock.architectures));
  const kept = new Map<string, string>();
  let date = lock.date;
  // One after the other, and one index kept: each takes some 60 MB to read, and 20 MB to keep.
  let good: Resolved | undefined;
  const settle = (
    { seed }: Architecture,
    { inRelease }: Resolved,
    packages: readonly LockedPackage[],
  ): void => {
    pinned.set(seed, packages);
    if (isoDate(inRelease.date) > date) date = isoDate(inRelease.date);
  };
  const behind: Architecture[] = [];
  for (const architecture of architectures) {
    const resolved = await resolve(lock, architecture, options).catch((error: unknown) => {
      if (!isMidSync(error)) throw error;
      kept.set(architecture.seed, error.message);
      return undefined;
    });
    if (resolved === undefined) behind.push(architecture);
    else settle(architecture, resolved, resolved.packages);
    good ??= resolved;
  }
  for (const architecture of options.allowUnvouched ? behind : []) {
    const resolved = await resolveUnvouched(lock, architecture, options);
    const before = lockedPackages(lock, architecture.seed) ?? [];
    const packages = resolved.packages.map((each) => vouched(each, before, good));
    const older = packages.find((each) => isOlder(each, before));
    if (older !== undefined) {
      kept.set(
        architecture.seed,
        `the index there has ${older.name} ${older.version}, older than the lock's`,
      );
      continue;
    }
    kept.delete(architecture.seed);
    settle(architecture, resolved, packages);
  }
  const order = [...new Set([...ARCHITECTURES.map(({ seed }) => seed), ...pinned.keys()])];
  const entries = order.flatMap((seed) => {
    const packages = pinned.get(seed);
    return packages === undefined ? [] : [[seed, packages] as const];
  });
  return {
    lock: { ...lock, date, architectures: Object.fromEntries(entries) },
    changes: architectures.map(({ seed }) => changeOf(seed, lock, pinned.get(seed) ?? [], kept.get(seed))),
  };
}

/** The package with its voucher, when somebody vouched for this very file. */
function vouched(
  found: LockedPackage,
  before: readonly LockedPackage[],
  good: Resolved | undefined,
): LockedPackage {
  const { name, version, path, size, sha256 } = found;
  const earlier = before.find((each) => each.sha256 === sha256 && each.path === path)?.vouchedBy ?? undefined;
  // Packages for all architectures stand in each one's index.
  const elsewhere = good?.index.lists(found) === true ? voucherOf(good.inRelease) : undefined;
  const vouchedBy = elsewhere ?? earlier;
  return vouchedBy === undefined ? found : { name, version, path, size, sha256, vouchedBy };
}

/** An index that nobody vouches for may be an old one, with old faults. */
function isOlder(found: LockedPackage, before: readonly LockedPackage[]): boolean {
  return before.some(
    ({ name, version }) => name === found.name && compareVersions(found.version, version) < 0,
  );
}

function changeOf(
  architecture: string,
  lock: Lock,
  after: readonly LockedPackage[],
  kept: string | undefined,
): ArchitectureChange {
  const before = lockedPackages(lock, architecture) ?? [];
  const names = [...new Set([...before, ...after].map(({ name }) => name))].sort();
  const changes = names.flatMap((name): PackageChange[] => {
    const [from, to] = [before, after].map((list) => list.find((each) => each.name === name));
    const same = from?.sha256 === to?.sha256 && from?.path === to?.path && isVouched(from) === isVouched(to);
    if (same) return [];
    return [{ name, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  });
  return { architecture, changes, ...(kept === undefined ? {} : { kept }) };
}

function isVouched(each: LockedPackage | undefined): boolean {
  return each?.vouchedBy !== null;
}
