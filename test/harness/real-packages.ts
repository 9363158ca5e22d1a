import { silent } from '../../src/base/progress.js';
import { cacheFolder } from '../../src/base/user-folders.js';
import type { Architecture } from '../../src/overlay/architecture.js';
import { readLock, SKAWARE_LOCK, type Lock } from '../../src/overlay/lock.js';
import { relocated } from '../../src/overlay/source/debian/debian-source.js';
import { readDeb } from '../../src/overlay/source/debian/deb.js';
import { fetchLocked, type FetchedPackage } from '../../src/overlay/source/debian/packages.js';
import { mirrorOf } from '../../src/overlay/source/debian/packages-options.js';
import type { OverlayTree, TreeEntry } from '../../src/overlay/tree.js';

/** Debian's own packages as the lock pins them: their files by path, and what we make of them. */
export interface RealPackages {
  readonly packages: readonly FetchedPackage[];
  readonly originals: ReadonlyMap<string, TreeEntry>;
  readonly tree: OverlayTree;
}

const known = new Map<string, Promise<RealPackages>>();

/** The lock that is shipped. */
export function skawareLock(): Promise<Lock> {
  return readLock(SKAWARE_LOCK);
}

/** The real packages of an architecture, from the user's cache or this machine's mirror. */
export function realPackages(architecture: Architecture): Promise<RealPackages> {
  const begun = known.get(architecture.seed) ?? load(architecture);
  known.set(architecture.seed, begun);
  return begun;
}

async function load(architecture: Architecture): Promise<RealPackages> {
  const packages = await fetchLocked(await skawareLock(), architecture, {
    mirror: mirrorOf(undefined, process.env),
    cache: cacheFolder(process.env),
    now: new Date(),
    frozen: true,
    progress: silent,
  });
  const originals = new Map<string, TreeEntry>();
  for (const { package: from, bytes } of packages) {
    for (const [path, entry] of await readDeb(bytes, from.path)) originals.set(path, entry);
  }
  return { packages, originals, tree: (await relocated(packages, architecture)).tree };
}

/** The bytes of a file in a tree. @throws Error when there is no such file. */
export function bytesOf(tree: ReadonlyMap<string, TreeEntry>, path: string): Uint8Array {
  const entry = tree.get(path);
  if (entry?.kind !== 'file') throw new Error(`no file ${path}`);
  return entry.bytes;
}
