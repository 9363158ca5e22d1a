import { S6tsError } from '../../../base/error.js';
import { isoDate } from '../../../base/iso-date.js';
import type { Architecture } from '../../architecture.js';
import type { Lock, LockedPackage, Voucher } from '../../lock.js';
import { closure } from './closure.js';
import { fetchPackagesIndex, fetchUnvouchedIndex, type IndexPlace } from './fetch-index.js';
import type { InRelease } from './inrelease.js';
import { mirrorError } from './mirror-error.js';
import type { PackagesIndex } from './packages-index.js';
import { fetchOptions, type PackagesOptions } from './packages-options.js';
import { archiveKeys, openSuite } from './suite.js';

/** What of a lock says which packages are wanted. */
export type Recipe = Pick<Lock, 'suite' | 'component' | 'roots' | 'without'> & {
  /** An index older than this is refused: the lock was made from a newer one. ISO 8601. */
  readonly date?: string;
};

/** An architecture's packages as a suite's index has them. */
export interface Resolved {
  readonly inRelease: InRelease;
  readonly index: PackagesIndex;
  readonly packages: readonly LockedPackage[];
}

/**
 * What the suite's signed index has now for the lock's roots and what they need. An index that doesn't match its
 * InRelease is looked for anew under the InRelease of a moment later, when the mirror has another one by then.
 * @throws S6tsError as `openSuite`, `fetchPackagesIndex`, `closure`, with `mirror-…` for a failed fetch.
 */
export async function resolve(
  recipe: Recipe,
  architecture: Architecture,
  options: PackagesOptions,
): Promise<Resolved> {
  options.progress.stage(`check the signed index of Debian ${recipe.suite} for ${architecture.debian}`);
  return onMirror(options, async (root) => {
    let inRelease = await signedSuite(root, recipe, options);
    const place = placeOf(recipe, architecture);
    const fetched = await fetchPackagesIndex(root, inRelease, place, fetchOptions(options)).catch(
      async (error: unknown) => {
        const later = isMidSync(error) ? await signedSuite(root, recipe, options) : inRelease;
        if (later.sha256 === inRelease.sha256) throw error;
        inRelease = later;
        return fetchPackagesIndex(root, later, place, fetchOptions(options));
      },
    );
    const vouchedBy = voucherOf(inRelease);
    const packages = packagesIn(fetched, recipe, nameOf(root, architecture)).map((each) => ({
      ...each,
      vouchedBy,
    }));
    return { inRelease, index: fetched, packages };
  });
}

/** The packages of `resolve`. */
export async function resolvePackages(
  recipe: Recipe,
  architecture: Architecture,
  options: PackagesOptions,
): Promise<readonly LockedPackage[]> {
  return (await resolve(recipe, architecture, options)).packages;
}

/**
 * What the mirror's own index has, though the signed InRelease tells of another one: none of it is vouched for.
 * @throws S6tsError as `openSuite`, `fetchUnvouchedIndex`, `closure`, with `mirror-…` for a failed fetch.
 */
export async function resolveUnvouched(
  recipe: Recipe,
  architecture: Architecture,
  options: PackagesOptions,
): Promise<Resolved> {
  options.progress.stage(`read the unsigned index of Debian ${recipe.suite} for ${architecture.debian}`);
  return onMirror(options, async (root) => {
    const inRelease = await signedSuite(root, recipe, options);
    const place = placeOf(recipe, architecture);
    const index = await fetchUnvouchedIndex(root, inRelease, place, fetchOptions(options));
    const reason = `no Packages index of ${architecture.debian} matched the InRelease of ${isoDate(inRelease.date)}`;
    const packages = packagesIn(index, recipe, nameOf(root, architecture)).map((each) => ({
      ...each,
      vouchedBy: null,
      reason,
    }));
    return { inRelease, index, packages };
  });
}

/** True for the error of an index that doesn't match its InRelease. */
export function isMidSync(error: unknown): error is S6tsError {
  return error instanceof S6tsError && error.code === 'index-mid-sync';
}

/** The voucher that a signed index gives. */
export function voucherOf(inRelease: InRelease): Voucher {
  return { suite: inRelease.codename, date: isoDate(inRelease.date), inReleaseSha256: inRelease.sha256 };
}

async function onMirror<T>(options: PackagesOptions, work: (root: string) => Promise<T>): Promise<T> {
  const root = await options.mirror();
  try {
    return await work(root);
  } catch (error) {
    throw mirrorError(error);
  }
}

async function signedSuite(
  root: string,
  { suite, date }: Recipe,
  options: PackagesOptions,
): Promise<InRelease> {
  return openSuite(root, suite, {
    ...fetchOptions(options),
    keys: await archiveKeys(options.keys),
    now: options.now,
    cache: options.cache,
    ...(date === undefined ? {} : { notBefore: new Date(date) }),
  });
}

function placeOf({ component }: Recipe, { debian }: Architecture): IndexPlace {
  return { component, architecture: debian };
}

function nameOf(root: string, { debian }: Architecture): string {
  return `${root} (${debian})`;
}

function packagesIn(
  index: PackagesIndex,
  { roots, without }: Recipe,
  what: string,
): Pick<LockedPackage, 'name' | 'version' | 'path' | 'size' | 'sha256'>[] {
  return closure(index, roots, without, what).map(({ name, version, path, size, sha256 }) => ({
    name,
    version,
    path,
    size,
    sha256,
  }));
}
