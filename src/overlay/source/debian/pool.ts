import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../base/atomic-file.js';
import { sha256Hex } from '../../../base/digest.js';
import { errnoOf, fileError } from '../../../base/error.js';
import { fetchBytes, type FetchOptions } from '../../../base/fetch.js';
import type { LockedPackage } from '../../lock.js';
import { makeFolder } from '../../../base/make-folder.js';

/**
 * A package file, checked against its size and SHA-256: from the cache, else from the mirror (and then cached, by its
 * hash). A cached file that no longer has its hash is fetched anew.
 * @throws S6tsError as `fetchBytes`; `fetch-missing` when the mirror has it no more.
 */
export async function fetchPackage(
  { path, size, sha256 }: LockedPackage,
  /** Called only when the cache lacks the file. */
  mirror: () => Promise<string>,
  cache: string,
  options: FetchOptions,
): Promise<Uint8Array> {
  const cached = join(cache, 'pool', sha256);
  const present = await readFile(cached).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw fileError('read', cached, error);
  });
  if (present?.length === size && sha256Hex(present) === sha256) return present;
  await rm(cached, { force: true });
  const bytes = await fetchBytes(`${await mirror()}/${encodePath(path)}`, {
    ...options,
    expect: { size, sha256 },
  });
  await makeFolder(join(cache, 'pool'));
  await writeFileAtomic(cached, bytes);
  return bytes;
}

/** `+` and `~` stand in package names; some servers read a bare + as a space. */
function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
