import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../base/digest.js';
import { errnoOf, fileError, S6tsError } from '../base/error.js';
import { packagePath, packageVersion } from '../base/package-root.js';
import { cacheFolder } from '../base/user-folders.js';
import type { Architecture } from './architecture.js';
import { CHECKSUMS, parseChecksums, type Checksums } from './checksums.js';
import { readLock, SKAWARE_LOCK } from './lock.js';
import { PARTS, tarballName } from './meta.js';
import { ownCode } from './own-code.js';
import { PUBLIC_KEY } from './release-names.js';
import { releaseDate, skawareSourceOf } from './release-inputs.js';
import { readRuntime } from './runtime-files.js';
import { ownPrivateKeyFile } from './signature/own-key-file.js';
import type { SigningKey } from './signature/signing-key.js';
import type { SourceContext } from './source/source.js';

export interface StoreOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
  readonly context: SourceContext;
  /** Asks for the passphrase of the user's key; undefined where nobody can be asked. */
  readonly prompt?: ((question: string) => Promise<string>) | undefined;
  /** Where s6ts carries its own release. Default: EMBEDDED. */
  readonly embedded?: string;
}

/** A release that the user named none for. */
export interface StoredRelease {
  /** The tarball; `.sig` lies beside it when it is signed. */
  readonly file: string;
  /** Where it was found: the user's cache, the package of s6ts itself; or that it had to be built just now. */
  readonly origin: 'cache' | 'embedded' | 'built';
}

/** The signed tarballs that an installed s6ts carries; a checkout has none. */
export const EMBEDDED = packagePath('embedded');

/**
 * The release of an architecture: the user's own build in the cache; else the one that s6ts carries; else one built
 * into the cache now, saying so. A build counts when it is of this version of s6ts, its locks and its runtime. It is
 * signed when the user has a key that can be used without asking anybody else.
 * @throws S6tsError as `buildReleaseFrom`.
 */
export async function releaseFor(architecture: Architecture, options: StoreOptions): Promise<StoredRelease> {
  const { env, now, context } = options;
  const version = await packageVersion();
  const folder = join(cacheFolder(env), 'release', version, await identity(architecture, env));
  const file = join(folder, tarballName(architecture));
  if (await isWhole(folder, architecture, now)) return { file, origin: 'cache' };
  if (await hasEmbedded(architecture, options)) {
    return { file: join(embeddedIn(options), tarballName(architecture)), origin: 'embedded' };
  }
  context.progress.note(`no overlay ${version} for ${architecture.seed} in the cache yet: building it there`);
  // Only here: it brings OpenPGP with it, and most of the time the release is there already.
  const { buildReleaseFrom } = await import('./build-release.js');
  await buildReleaseFrom({
    architectures: [architecture.seed],
    folder,
    elsewhere: 'set XDG_CACHE_HOME to another folder',
    frozen: false,
    compression: 'fast',
    key: await usableKey(options),
    env,
    now,
    clock: () => new Date(),
    context,
  });
  return { file, origin: 'built' };
}

function embeddedIn({ embedded = EMBEDDED }: StoreOptions): string {
  return embedded;
}

/** Not where the user names programs of their own: those that s6ts carries are Debian's. */
async function hasEmbedded(architecture: Architecture, options: StoreOptions): Promise<boolean> {
  const folder = embeddedIn(options);
  if (skawareSourceOf(options.env) !== undefined) return false;
  if (await isWhole(folder, architecture, options.now)) return true;
  if ((await readOrNothing(join(folder, tarballName(architecture)))) !== undefined) {
    options.context.progress.warn(`the overlay in ${folder} is damaged, and left alone: install s6ts again`);
  }
  return false;
}

/** Changes with all that the release is made of, the key that signs it among them. */
async function identity(architecture: Architecture, env: NodeJS.ProcessEnv): Promise<string> {
  const lock = await readLock(SKAWARE_LOCK);
  const { binaries, applets, syslogd } = await readRuntime(architecture);
  const key = await readOrNothing(ownPrivateKeyFile(env));
  const parts = [
    JSON.stringify([lock, applets, releaseDate(lock, env).getTime(), skawareSourceOf(env)]),
    await ownCode(),
    sha256Hex(binaries.init),
    sha256Hex(binaries.utils),
    sha256Hex(syslogd),
    key === undefined ? '' : sha256Hex(key),
  ];
  return sha256Hex(parts.join('\n')).slice(0, 16);
}

/**
 * The checksums are renamed into place last, so what belongs to them is there; they tell if it is still whole. They
 * don't cover the signatures, which the key beside them tells of.
 */
async function isWhole(folder: string, architecture: Architecture, now: Date): Promise<boolean> {
  const sums = await readOrNothing(join(folder, CHECKSUMS));
  const wanted = sums === undefined ? undefined : checksumsIn(sums);
  const key = join(folder, PUBLIC_KEY);
  const isSigned = (await readOrNothing(key)) !== undefined;
  for (const part of PARTS) {
    const name = tarballName(architecture, part);
    const tarball = await readOrNothing(join(folder, name));
    if (tarball === undefined || wanted?.get(name) !== sha256Hex(tarball)) return false;
    if (isSigned && !(await isSignatureWhole(join(folder, `${name}.sig`), tarball, key, now))) return false;
  }
  return true;
}

/** OpenPGP is loaded only where something is signed. */
async function isSignatureWhole(file: string, tarball: Uint8Array, key: string, now: Date): Promise<boolean> {
  const { signatureFits } = await import('./signature/fits.js');
  return signatureFits(file, tarball, key, now);
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
    const { loadSigningKey } = await import('./signature/signing-key.js');
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
