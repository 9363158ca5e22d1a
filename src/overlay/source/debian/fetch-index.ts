import { S6tsError } from '../../../base/error.js';
import { fetchBytes, type FetchOptions } from '../../../base/fetch.js';
import { SUFFIXES, unpacked } from './compression.js';
import type { InRelease } from './inrelease.js';
import { readPackagesIndex, type PackagesIndex } from './packages-index.js';

/** Which Packages index of a suite. */
export interface IndexPlace {
  readonly component: string;
  /** Debian's name. */
  readonly architecture: string;
}

/** An index that nobody vouches for tells no size; Debian's have some 10 MB packed. */
const MAX_UNVOUCHED_BYTES = 100_000_000;

/**
 * Fetches and checks the Packages index of an architecture: by name and by hash, in each compression, for a mirror may
 * be in the middle of a sync and then some of its files belong to another index.
 * @throws S6tsError `index-mid-sync` when none matches the InRelease file, `fetch-unreachable`, `index-incomplete`.
 */
export async function fetchPackagesIndex(
  root: string,
  inRelease: InRelease,
  place: IndexPlace,
  options: FetchOptions,
): Promise<PackagesIndex> {
  const folder = folderOf(place);
  const mismatches: string[] = [];
  for (const suffix of SUFFIXES) {
    const file = inRelease.files.get(`${folder}/Packages${suffix}`);
    if (file === undefined) continue;
    const byHash = inRelease.byHash ? [`${folder}/by-hash/SHA256/${file.sha256}`] : [];
    for (const path of [`${folder}/Packages${suffix}`, ...byHash]) {
      const url = `${root}/dists/${inRelease.codename}/${path}`;
      try {
        const bytes = await fetchBytes(url, { ...options, expect: file });
        return await readPackagesIndex(unpacked(bytes, suffix, url), url);
      } catch (error) {
        if (!isAnswer(error)) throw error;
        mismatches.push(error.message);
      }
    }
  }
  if (mismatches.length === 0) {
    throw new S6tsError(
      'index-incomplete',
      `${root}: the index of ${inRelease.codename} lists no ${folder}/Packages`,
      { what: root },
    );
  }
  throw new S6tsError(
    'index-mid-sync',
    `${root}: no Packages index of ${place.architecture} matches the signed InRelease (${mismatches.length} tried; ${mismatches[0]})`,
    { what: root, hint: 'the mirror seems to be in the middle of a sync: try again later, or --mirror URL' },
  );
}

/**
 * Fetches the Packages index of an architecture as the mirror has it, though the signed InRelease tells of another one:
 * whoever controls the mirror wrote it.
 * @throws S6tsError `index-incomplete` when there is none in any compression, `fetch-unreachable`.
 */
export async function fetchUnvouchedIndex(
  root: string,
  { codename }: InRelease,
  place: IndexPlace,
  options: FetchOptions,
): Promise<PackagesIndex> {
  const faults: string[] = [];
  for (const suffix of SUFFIXES) {
    const url = `${root}/dists/${codename}/${folderOf(place)}/Packages${suffix}`;
    try {
      const bytes = await fetchBytes(url, { ...options, maxBytes: MAX_UNVOUCHED_BYTES });
      return await readPackagesIndex(unpacked(bytes, suffix, url), url);
    } catch (error) {
      if (!isAnswer(error)) throw error;
      faults.push(error.message);
    }
  }
  throw new S6tsError('index-incomplete', `${root}: no Packages index that can be read: ${faults[0] ?? ''}`, {
    what: root,
  });
}

function folderOf({ component, architecture }: IndexPlace): string {
  return `${component}/binary-${architecture}`;
}

/** The mirror answered, if with nothing that is of use: another of its files may be. */
function isAnswer(error: unknown): error is S6tsError {
  const codes = ['fetch-mismatch', 'fetch-missing', 'fetch-too-large', 'decompress-failed'];
  return error instanceof S6tsError && codes.includes(error.code);
}
