import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Key, PublicKey } from 'openpgp';
import { errnoOf, fileError } from '../../base/error.js';
import { packagePath } from '../../base/package-root.js';
import { configFolder } from '../../base/user-folders.js';
import { readKeyFile } from './key-file.js';
import { groupByFingerprint, mergeCopies } from './merge-copies.js';

/** A key whose signatures count, merged out of all its copies. */
export interface TrustedKey {
  readonly key: PublicKey;
  /** The files that it came from. */
  readonly files: readonly string[];
}

export interface TrustSources {
  /** Files given on the command line. */
  readonly files: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The keys that are trusted, and why each is: given by the user, shipped in assets/keys/release, or laid by the user
 * into `public.asc` and `trusted/*.asc` of the configuration folder. Never a key that came with a signature, and never
 * those of assets/keys/debian, which vouch for Debian's index only.
 * @throws S6tsError for a file that is given and missing, and for any that holds no key: it might have held a revocation
 */
export async function trustedKeys(sources: TrustSources): Promise<readonly TrustedKey[]> {
  const folder = configFolder(sources.env);
  const files = [
    ...sources.files,
    ...(await keyFilesIn(packagePath('assets', 'keys', 'release'))),
    ...(await keyFilesIn(folder)).filter((file) => file === join(folder, 'public.asc')),
    ...(await keyFilesIn(trustedFolder(sources.env))),
  ];
  const copies: { readonly key: Key; readonly file: string }[] = [];
  for (const file of files) copies.push(...(await readKeyFile(file)).map((key) => ({ key, file })));
  return groupByFingerprint(copies).map((group) => ({
    key: mergeCopies(group.map(({ key }) => key)),
    files: group.map(({ file }) => file),
  }));
}

/** Where users lay the keys of others that they trust. */
export function trustedFolder(env: NodeJS.ProcessEnv): string {
  return join(configFolder(env), 'trusted');
}

async function keyFilesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith('.asc'))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw fileError('read the folder of trusted keys', folder, error);
  }
}
