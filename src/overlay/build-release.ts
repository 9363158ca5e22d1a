import { resolve } from 'node:path';
import { sha256Hex } from '../base/digest.js';
import { S6tsError } from '../base/error.js';
import { packageVersion } from '../base/package-root.js';
import { cacheFolder } from '../base/user-folders.js';
import { parseArchitectures, type Architecture } from './architecture.js';
import type { Compression } from './compress.js';
import { lockedPackages, readLock, SKAWARE_LOCK, type Lock } from './lock.js';
import { packedCache } from './packed-cache.js';
import { buildRelease } from './release.js';
import { releaseDate, skawareSourceOf } from './release-inputs.js';
import { assertRuntimes, readRuntime } from './runtime-files.js';
import { gpgSigner } from './signature/gpg-signer.js';
import type { SignatureMaker } from './signature/signer.js';
import { loadSigningKey, type SigningKeySources } from './signature/signing-key.js';
import { when } from './signature/verdict.js';
import { CLOCK_SKEW_MS } from './signature/verify.js';
import { debianSource } from './source/debian/debian-source.js';
import { mirrorOf } from './source/debian/packages-options.js';
import { prebuiltSource } from './source/prebuilt/prebuilt-source.js';
import type { SkawareSource, SourceContext } from './source/source.js';

/** What `s6ts build-release` was asked for. */
export interface BuildRequest {
  readonly architectures: readonly string[];
  readonly folder: string;
  /** How to name another folder, for the hint of an error. */
  readonly elsewhere: string;
  readonly mirror?: string | undefined;
  readonly frozen: boolean;
  /** The lock to build from. Default: the one that comes with s6ts. */
  readonly lock?: string | undefined;
  /** The files under TARGETARCH's names are copies, not links. Default false. */
  readonly copies?: boolean;
  /** Prebuilt skaware programs, in place of Debian's; default: SKAWARE_SOURCE. */
  readonly skaware?: string | undefined;
  readonly compression: Compression;
  /** Signs; undefined: unsigned. Loaded before the work starts, for what it may lack is better said at once. */
  readonly key: SignatureMaker | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
  /** Tells the time when a signature is made: a build may take minutes. */
  readonly clock: () => Date;
  readonly context: SourceContext;
}

/** A file of a release on the disk. */
export interface WrittenFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  /** The file that it is a link to. */
  readonly linkTo?: string;
}

/** What it says about what it wrote. */
export interface BuiltRelease {
  readonly folder: string;
  readonly version: string;
  readonly files: readonly WrittenFile[];
  /** Who signed: user id and fingerprint; null when unsigned. */
  readonly signedBy: { readonly userId: string; readonly fingerprint: string } | null;
}

/** Gathers what a release is built from, and builds it. @throws S6tsError of each stage. */
export async function buildReleaseFrom(request: BuildRequest): Promise<BuiltRelease> {
  const { env, now, context, key } = request;
  const architectures = parseArchitectures(request.architectures);
  assertRuntimes(architectures);
  const lock = await readLock(request.lock ?? SKAWARE_LOCK);
  warnOfUnvouched(lock, architectures, request);
  const version = await packageVersion();
  const date = releaseDate(lock, env);
  if (key !== undefined) assertPast(date, now);
  const folder = resolve(request.folder);
  const files = await buildRelease({
    architectures,
    folder,
    elsewhere: request.elsewhere,
    key,
    clock: request.clock,
    lock,
    version,
    source: sourceOf(request),
    runtimeOf: readRuntime,
    copies: request.copies ?? false,
    compression: request.compression,
    packed: packedCache(cacheFolder(env)),
    date,
    context,
  });
  return {
    folder,
    version,
    files: files.map(({ name, bytes, linkTo }) => ({
      name,
      size: bytes.length,
      sha256: sha256Hex(bytes),
      ...(linkTo === undefined ? {} : { linkTo }),
    })),
    signedBy: key === undefined ? null : { userId: key.signer.userId, fingerprint: key.signer.fingerprint },
  };
}

/** One line for all packages that are pinned by hash alone. */
function warnOfUnvouched(
  lock: Lock,
  architectures: readonly Architecture[],
  { env, skaware, context }: BuildRequest,
): void {
  if (skawareSourceOf(env, skaware) !== undefined) return;
  const found = architectures.map(({ seed }) => ({
    seed,
    packages: (lockedPackages(lock, seed) ?? []).filter(({ vouchedBy }) => vouchedBy === null),
  }));
  const marked = found.filter(({ packages }) => packages.length > 0);
  const [reason] = marked.flatMap(({ packages }) => packages.flatMap((each) => each.reason ?? []));
  if (reason === undefined) return;
  const list = marked.map(({ seed, packages }) => `${seed} (${packages.length})`).join(', ');
  context.progress.warn(
    `pinned by hash, but no signed index vouched for these packages when they were locked: ${list}; ${reason}. Once the mirror is whole again, --refresh renews the lock; until then it says that they stay`,
  );
}

/** Debian's packages, or the prebuilt programs that the user names. @throws S6tsError `skaware-source`. */
function sourceOf({ skaware, mirror, frozen, env, now }: BuildRequest): SkawareSource {
  const source = skawareSourceOf(env, skaware);
  if (source === undefined) {
    return debianSource({ mirror: mirrorOf(mirror, env), cache: cacheFolder(env), now, frozen });
  }
  if (frozen) {
    throw new S6tsError('skaware-source', `--frozen allows only what the lock pins, and not ${source}`, {
      what: source,
      hint: 'leave out --frozen, or unset SKAWARE_SOURCE',
    });
  }
  return prebuilt(source);
}

/** The prebuilt programs of a folder or URL. @throws S6tsError `skaware-source`. */
export function prebuilt(source: string): SkawareSource {
  return prebuiltSource({
    source,
    ours: async (architecture) => new Set((await readRuntime(architecture)).applets.map(({ name }) => name)),
  });
}

/** A signature from the future is refused by whoever verifies it. @throws S6tsError `source-date` */
function assertPast(date: Date, now: Date): void {
  if (date.getTime() <= now.getTime() + CLOCK_SKEW_MS) return;
  throw new S6tsError(
    'source-date',
    `the release would be signed on ${when(date)}, which is in the future: it is ${when(now)} here`,
    {
      what: 'SOURCE_DATE_EPOCH',
      hint: "unset SOURCE_DATE_EPOCH, set this machine's clock, or build without a signature: --no-sign",
    },
  );
}

/**
 * What a release is signed with: gpg's key where one is named, else a key file.
 * @throws S6tsError as `gpgSigner` and `loadSigningKey`; when there is none the hint names every way on.
 */
export async function releaseKey(
  sources: Omit<SigningKeySources, 'missingHint'> & { readonly gpg: string | undefined },
): Promise<SignatureMaker> {
  const { gpg, env, now } = sources;
  if (gpg !== undefined) return gpgSigner({ keyId: gpg, env, now });
  return loadSigningKey({
    ...sources,
    missingHint:
      'make a key with "s6ts keygen", name one with --sign-key FILE or --gpg KEYID, or build without: --no-sign',
  });
}
