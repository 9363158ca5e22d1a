import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stageFile, type StagedFile } from '../base/atomic-file.js';
import { sha256Hex } from '../base/digest.js';
import { errnoOf, fileError, S6tsError } from '../base/error.js';
import type { Architecture } from './architecture.js';
import { toTar } from './archive.js';
import { formatChecksums } from './checksums.js';
import { gzip } from './gzip.js';
import { layout } from './layout.js';
import type { Lock } from './lock.js';
import type { Runtime } from './runtime-files.js';
import { publicKeyOf, signDetached } from './signature/sign.js';
import type { SigningKey } from './signature/signing-key.js';
import type { SkawareSource, SourceContext } from './source/source.js';

/** The tarball of an architecture. */
export function tarballName(architecture: Architecture): string {
  return `s6-overlay-${architecture.seed}.tar.gz`;
}

/** The file with the checksums of all tarballs. */
export const CHECKSUMS = 'SHA256SUMS';
const PUBLIC_KEY = 's6-overlay-key.asc';
const TARBALL = /^s6-overlay-[\w-]+\.tar\.gz$/;

export interface OverlayOptions {
  readonly lock: Lock;
  readonly source: SkawareSource;
  readonly runtimeOf: (architecture: Architecture) => Promise<Runtime>;
  readonly version: string;
  /** The date of every file, and of the signatures. */
  readonly date: Date;
  readonly context: SourceContext;
}

export interface ReleaseOptions extends OverlayOptions {
  readonly architectures: readonly Architecture[];
  readonly folder: string;
  /** Undefined: unsigned. */
  readonly key: SigningKey | undefined;
}

/** A file of a release. */
export interface ReleaseFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The tarball of one architecture: the pipeline from the packages to the bytes. */
export async function buildOverlay(architecture: Architecture, options: OverlayOptions): Promise<Uint8Array> {
  const { lock, source, runtimeOf, version, date, context } = options;
  const runtime = await runtimeOf(architecture);
  const { tree: programs, packages } = await source.programs(architecture, lock, context);
  context.progress.stage(`pack ${tarballName(architecture)}`);
  const tree = layout({ architecture, version, date, programs, packages, runtime });
  const bytes = gzip(toTar(tree, date));
  context.signal?.throwIfAborted();
  return bytes;
}

/**
 * Builds, signs and writes a release into a folder, all of it or nothing.
 * @throws S6tsError of each stage; `file-error` when the folder can't be written or the disk is full.
 */
export async function buildRelease(options: ReleaseOptions): Promise<ReleaseFile[]> {
  const { architectures, folder, key, context } = options;
  const tarballs: ReleaseFile[] = [];
  for (const architecture of architectures) {
    tarballs.push({ name: tarballName(architecture), bytes: await buildOverlay(architecture, options) });
  }
  const sums = formatChecksums(await checksumsOf(folder, tarballs));
  const files: ReleaseFile[] = [...tarballs, { name: CHECKSUMS, bytes: Buffer.from(sums) }];
  if (key !== undefined) files.push(...(await signatures(files, key, options)));
  context.signal?.throwIfAborted();
  await writeRelease(files, folder);
  return files;
}

async function signatures(
  files: readonly ReleaseFile[],
  key: SigningKey,
  { date, context }: ReleaseOptions,
): Promise<ReleaseFile[]> {
  context.progress.stage(`sign as ${key.signer.userId}`);
  const made: ReleaseFile[] = [{ name: PUBLIC_KEY, bytes: Buffer.from(publicKeyOf(key)) }];
  for (const { name, bytes } of files) {
    made.push({ name: `${name}.sig`, bytes: await signDetached(bytes, key, date) });
  }
  return made;
}

/** The checksums of the tarballs, those of other architectures that lie in the folder already included. */
async function checksumsOf(folder: string, tarballs: readonly ReleaseFile[]): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  const present = await readdir(folder).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw fileError('read', folder, error, 'choose another folder with --out DIR');
  });
  for (const name of present.filter((each) => TARBALL.test(each))) {
    sums.set(name, sha256Hex(await readFile(join(folder, name))));
  }
  for (const { name, bytes } of tarballs) sums.set(name, sha256Hex(bytes));
  return sums;
}

/**
 * Writes the files of a release: all of them under temporary names first, then renamed. Signatures of an earlier build
 * that no longer match go.
 * @throws S6tsError `file-error`; nothing has changed then.
 */
async function writeRelease(files: readonly ReleaseFile[], folder: string): Promise<void> {
  const staged: StagedFile[] = [];
  try {
    for (const { name, bytes } of files) staged.push(await stageFile(join(folder, name), bytes));
    const written = new Set(files.map(({ name }) => name));
    for (const name of written) {
      if (!written.has(`${name}.sig`)) await rm(join(folder, `${name}.sig`), { force: true });
    }
    // The tarballs last: where one is, all that belongs to it is.
    for (const file of staged.reverse()) await file.commit();
  } catch (error) {
    await Promise.all(staged.map((file) => file.discard()));
    if (!(error instanceof S6tsError)) throw fileError('write into', folder, error);
    throw new S6tsError(error.code, error.message, {
      ...(error.what === undefined ? {} : { what: error.what }),
      hint: 'nothing was changed there; make room, or choose another folder with --out DIR',
      cause: error,
    });
  }
}
