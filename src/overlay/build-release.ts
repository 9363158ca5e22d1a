import { resolve } from 'node:path';
import { sha256Hex } from '../base/digest.js';
import { S6tsError } from '../base/error.js';
import { packageVersion } from '../base/package-root.js';
import { cacheFolder } from '../base/user-folders.js';
import { parseArchitecture } from './architecture.js';
import { readLock, SKAWARE_LOCK, type Lock } from './lock.js';
import { buildRelease } from './release.js';
import { readRuntime } from './runtime-files.js';
import { loadSigningKey, type SigningKey, type SigningKeySources } from './signature/signing-key.js';
import { when } from './signature/verdict.js';
import { CLOCK_SKEW_MS } from './signature/verify.js';
import { debianSource } from './source/debian/debian-source.js';
import { mirrorOf } from './source/debian/packages.js';
import type { SourceContext } from './source/source.js';

/** What `s6ts build-release` was asked for. */
export interface BuildRequest {
  readonly architectures: readonly string[];
  readonly folder: string;
  /** How to name another folder, for the hint of an error. */
  readonly elsewhere: string;
  readonly mirror?: string | undefined;
  readonly frozen: boolean;
  /** Signs; undefined: unsigned. Loaded before the work starts, for what it may lack is better said at once. */
  readonly key: SigningKey | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
  readonly context: SourceContext;
}

/** What it says about what it wrote. */
export interface BuiltRelease {
  readonly folder: string;
  readonly version: string;
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[];
  /** Who signed: user id and fingerprint; null when unsigned. */
  readonly signedBy: { readonly userId: string; readonly fingerprint: string } | null;
}

/** Gathers what a release is built from, and builds it. @throws S6tsError of each stage. */
export async function buildReleaseFrom(request: BuildRequest): Promise<BuiltRelease> {
  const { env, now, context, key } = request;
  const architectures = [...new Set(request.architectures.map(parseArchitecture))];
  const lock = await readLock(SKAWARE_LOCK);
  const version = await packageVersion();
  const date = releaseDate(lock, env);
  if (key !== undefined) assertPast(date, now);
  const mirror = mirrorOf(request.mirror, env);
  const folder = resolve(request.folder);
  const files = await buildRelease({
    architectures,
    folder,
    elsewhere: request.elsewhere,
    key,
    lock,
    version,
    source: debianSource({ mirror, cache: cacheFolder(env), now, frozen: request.frozen }),
    runtimeOf: readRuntime,
    date,
    context,
  });
  return {
    folder,
    version,
    files: files.map(({ name, bytes }) => ({ name, size: bytes.length, sha256: sha256Hex(bytes) })),
    signedBy: key === undefined ? null : { userId: key.signer.userId, fingerprint: key.signer.fingerprint },
  };
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
 * The key that a release is signed with.
 * @throws S6tsError as `loadSigningKey`; when there is none the hint names every way on.
 */
export async function releaseKey(sources: Omit<SigningKeySources, 'missingHint'>): Promise<SigningKey> {
  return loadSigningKey({
    ...sources,
    missingHint: 'make a key with "s6ts keygen", name one with --sign-key FILE, or build without: --no-sign',
  });
}

/**
 * The date of all that is built: SOURCE_DATE_EPOCH (reproducible-builds.org specification: seconds, decimal), else the
 * lock's. @throws S6tsError `source-date`.
 */
export function releaseDate(lock: Lock, env: NodeJS.ProcessEnv): Date {
  const epoch = env['SOURCE_DATE_EPOCH'];
  if (epoch === undefined || epoch === '') return new Date(lock.date);
  // Eleven octal digits are what a tar header has for it.
  if (/^\d{1,10}$/.test(epoch) && Number(epoch) <= 0o77777777777) return new Date(Number(epoch) * 1000);
  throw new S6tsError('source-date', `SOURCE_DATE_EPOCH is no number of seconds: ${epoch}`, {
    what: 'SOURCE_DATE_EPOCH',
    hint: 'unset it, or give seconds since 1970, such as that of `git log -1 --format=%ct`',
  });
}
