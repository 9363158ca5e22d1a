import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../base/digest.js';
import { errnoOf, fileError, S6tsError } from '../base/error.js';
import { packageVersion } from '../base/package-root.js';
import { cacheFolder } from '../base/user-folders.js';
import type { Architecture } from './architecture.js';
import { buildReleaseFrom, releaseDate } from './build-release.js';
import { parseChecksums, type Checksums } from './checksums.js';
import { readLock, SKAWARE_LOCK } from './lock.js';
import { CHECKSUMS, tarballName } from './release.js';
import { readRuntime } from './runtime-files.js';
import { loadSigningKey, ownPrivateKeyFile, type SigningKey } from './signature/signing-key.js';
import type { SourceContext } from './source/source.js';

export interface StoreOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
  readonly context: SourceContext;
  /** Asks for the passphrase of the user's key; undefined where nobody can be asked. */
  readonly prompt?: ((question: string) => Promise<string>) | undefined;
}

/** A release in the user's cache. */
export interface StoredRelease {
  /** The tarball; `.sig` lies beside it when it is signed. */
  readonly file: string;
  /** True when it had to be built just now. */
  readonly built: boolean;
}

/**
 * The release of an architecture from the user's cache; built there, saying so, when there is none of this version of
 * s6ts, its locks and its runtime. Signed when the user has a key that can be used without asking anybody else.
 * @throws S6tsError as `buildReleaseFrom`.
 */
export async function releaseFor(architecture: Architecture, options: StoreOptions): Promise<StoredRelease> {
  const { env, now, context } = options;
  const version = await packageVersion();
  const folder = join(cacheFolder(env), 'release', version, await identity(architecture, env));
  const file = join(folder, tarballName(architecture));
  if (await isWhole(folder, architecture)) return { file, built: false };
  context.progress.note(`no overlay ${version} for ${architecture.seed} in the cache yet: building it there`);
  await buildReleaseFrom({
    architectures: [architecture.seed],
    folder,
    elsewhere: 'set XDG_CACHE_HOME to another folder',
    frozen: false,
    key: await usableKey(options),
    env,
    now,
    context,
  });
  return { file, built: true };
}

/** Changes with all that the release is made of, the key that signs it among them. */
async function identity(architecture: Architecture, env: NodeJS.ProcessEnv): Promise<string> {
  const lock = await readLock(SKAWARE_LOCK);
  const { binaries, applets } = await readRuntime(architecture);
  const key = await readOrNothing(ownPrivateKeyFile(env));
  const parts = [
    JSON.stringify([lock, applets, releaseDate(lock, env).getTime()]),
    sha256Hex(binaries.init),
    sha256Hex(binaries.utils),
    key === undefined ? '' : sha256Hex(key),
  ];
  return sha256Hex(parts.join('\n')).slice(0, 16);
}

/** The checksums are renamed into place last, so what belongs to them is there; they tell if it is still whole. */
async function isWhole(folder: string, architecture: Architecture): Promise<boolean> {
  const name = tarballName(architecture);
  const [tarball, sums] = [
    await readOrNothing(join(folder, name)),
    await readOrNothing(join(folder, CHECKSUMS)),
  ];
  if (tarball === undefined || sums === undefined) return false;
  return checksumsIn(sums)?.get(name) === sha256Hex(tarball);
}

/** Undefined where the file is damaged: then the release is built anew. */
function checksumsIn(sums: Buffer): Checksums | undefined {
  try {
    return parseChecksums(sums.toString('utf8'), CHECKSUMS);
  } catch {
    return undefined;
  }
}

async function usableKey({ env, now, context, prompt }: StoreOptions): Promise<SigningKey | undefined> {
  try {
    return await loadSigningKey({ env, now, prompt });
  } catch (error) {
    if (!(error instanceof S6tsError) || !['key-missing', 'passphrase-missing'].includes(error.code))
      throw error;
    if (error.code === 'passphrase-missing') {
      context.progress.note('it stays unsigned: nobody is there to give the passphrase of your key');
    }
    return undefined;
  }
}

async function readOrNothing(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw fileError('read', path, error);
  });
}
