import { fetchBytes, type FetchOptions } from '../../../base/fetch.js';
import type { LockedPackage } from '../../lock.js';
import type { PackageCache } from './package-cache.js';

/**
 * A package file, checked against its size and SHA-256: from the cache, else from the mirror (and then cached). A cached
 * file that no longer has its hash is fetched anew.
 * @throws S6tsError as `fetchBytes`; `fetch-missing` when the mirror has it no more.
 */
export async function fetchPackage(
  { path, size, sha256 }: LockedPackage,
  /** Called only when the cache lacks the file. */
  mirror: () => Promise<string>,
  cache: PackageCache,
  options: FetchOptions,
): Promise<Uint8Array> {
  const expect = { size, sha256 };
  const present = await cache.read(expect);
  if (present !== undefined) return present;
  const bytes = await fetchBytes(`${await mirror()}/${encodePath(path)}`, { ...options, expect });
  await cache.write(sha256, bytes);
  return bytes;
}

/** `+` and `~` stand in package names; some servers read a bare + as a space. */
function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
