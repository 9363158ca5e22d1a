import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublicKey } from 'openpgp';
import { writeFileAtomic } from '../../../base/atomic-file.js';
import { errnoOf, fileError, S6tsError } from '../../../base/error.js';
import { fetchBytes, type FetchOptions } from '../../../base/fetch.js';
import { packagePath } from '../../../base/package-root.js';
import { readArchiveKeys, readInRelease, type InRelease } from './inrelease.js';

/** An InRelease file is a few hundred kilobytes. */
const MAX_INRELEASE_BYTES = 20_000_000;

const CACHE_HINT =
  'set XDG_CACHE_HOME to a folder that can be written: the date of each index is remembered there, so that an older one is refused';

export interface SuiteOptions extends FetchOptions {
  readonly keys: readonly PublicKey[];
  readonly now: Date;
  /** Where the newest date seen of each suite is kept. */
  readonly cache: string;
  /** The date of an index that is known from elsewhere: of a lock. */
  readonly notBefore?: Date;
}

/** The keys of Debian's archive that come with s6ts; they vouch for InRelease files and nothing else. */
export async function archiveKeys(folder = packagePath('assets', 'keys', 'debian')): Promise<PublicKey[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.asc')).sort();
    return await readArchiveKeys(
      await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8'))),
    );
  } catch (error) {
    throw fileError('read the keys in', folder, error, 'install s6ts again');
  }
}

/**
 * Fetches a suite's signed index. An index older than one that was seen before is refused: an attacker who controls
 * the mirror could serve an old one, with old faults, and its good signature.
 * @throws S6tsError as `readInRelease`; `index-rollback`; `fetch-unreachable`.
 */
export async function openSuite(root: string, suite: string, options: SuiteOptions): Promise<InRelease> {
  const url = `${root}/dists/${suite}/InRelease`;
  const bytes = await fetchBytes(url, { ...options, maxBytes: MAX_INRELEASE_BYTES });
  const inRelease = await readInRelease(bytes, { keys: options.keys, now: options.now, what: url });
  if (inRelease.codename !== suite && inRelease.suite !== suite) {
    throw new S6tsError(
      'index-other-suite',
      `${url} is the index of ${inRelease.codename}, not of ${suite}`,
      {
        what: url,
        hint: 'try another mirror: --mirror URL',
      },
    );
  }
  if (options.notBefore !== undefined && options.notBefore > inRelease.date) {
    throw new S6tsError(
      'index-rollback',
      `${url} is of ${inRelease.date.toISOString()}, older than the one that the lock was made from, of ${options.notBefore.toISOString()}`,
      { what: url, hint: 'take another mirror: --mirror URL' },
    );
  }
  await assertNotOlderThanSeen(inRelease, url, join(options.cache, 'seen', `${suite}.json`));
  return inRelease;
}

async function assertNotOlderThanSeen(inRelease: InRelease, url: string, memory: string): Promise<void> {
  const text = await readFile(memory, 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return '';
    throw fileError('read', memory, error, CACHE_HINT);
  });
  const seen = Date.parse(/"date": ?"([^"]+)"/.exec(text)?.[1] ?? '');
  if (seen > inRelease.date.getTime()) {
    throw new S6tsError(
      'index-rollback',
      `${url} is of ${inRelease.date.toISOString()}, older than the one seen before, of ${new Date(seen).toISOString()}`,
      { what: url, hint: `take another mirror (--mirror URL), or remove ${memory} if you know why` },
    );
  }
  await writeFileAtomic(memory, `{ "date": "${inRelease.date.toISOString()}" }\n`).catch((error: unknown) => {
    if (error instanceof S6tsError) throw fileError('write', memory, error.cause, CACHE_HINT);
    throw error;
  });
}
