import { rmSync } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stageFile, stageLink, type StagedFile } from '../base/atomic-file.js';
import { sha256Hex } from '../base/digest.js';
import { errnoOf, fileError, S6tsError } from '../base/error.js';
import { formatChecksums, type Checksums } from './checksums.js';
import { COVERED } from './release-names.js';

/** A file of a release. */
export interface ReleaseFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The file of the same release that this one is a link to, and whose bytes it has. */
  readonly linkTo?: string;
}

/** Where a release is written to, and what closes it. */
export interface Destination {
  readonly folder: string;
  /** Makes the files that speak of all others in the folder: the checksums, and their signature. */
  readonly seal: (covered: Checksums) => Promise<readonly ReleaseFile[]>;
  /** How to name another folder, for the hint of an error. */
  readonly elsewhere: string;
}

/**
 * Writes the files of a release: all of them under temporary names first, then renamed in one go, the seal last.
 * Signatures of an earlier build that no longer match go. The seal covers the files of other architectures that lie
 * there already; where another build adds one meanwhile, it is made anew, by whichever of the two comes last.
 * @returns all files that were written
 * @throws S6tsError `file-error`; nothing has changed then
 */
export async function writeRelease(
  files: readonly ReleaseFile[],
  { folder, seal, elsewhere }: Destination,
): Promise<ReleaseFile[]> {
  try {
    const sums = await checksumsIn(folder);
    for (const { name, bytes } of files.filter((each) => COVERED.test(each.name))) {
      sums.set(name, sha256Hex(bytes));
    }
    return await writeSealed(files, sums, folder, seal);
  } catch (error) {
    if (!(error instanceof S6tsError) || !error.code.startsWith('file-')) throw error;
    throw new S6tsError(error.code, error.message, {
      ...(error.what === undefined ? {} : { what: error.what }),
      hint: `nothing was changed there; make room, or ${elsewhere}`,
      cause: error,
    });
  }
}

async function writeSealed(
  files: readonly ReleaseFile[],
  sums: Checksums,
  folder: string,
  seal: Destination['seal'],
): Promise<ReleaseFile[]> {
  const written = [...files, ...(await seal(sums))];
  await replace(written, folder);
  const present = await checksumsIn(folder);
  return formatChecksums(present) === formatChecksums(sums)
    ? written
    : [...files, ...(await writeSealed([], present, folder, seal))];
}

/** All files under their final names, or none. */
async function replace(files: readonly ReleaseFile[], folder: string): Promise<void> {
  const staged: StagedFile[] = [];
  try {
    for (const { name, bytes, linkTo } of files) {
      const path = join(folder, name);
      staged.push(await (linkTo === undefined ? stageFile(path, bytes) : stageLink(path, linkTo)));
    }
    for (const { path } of staged) await assertReplaceable(path);
    const names = new Set(files.map(({ name }) => name));
    for (const name of names) {
      if (!name.endsWith('.sig') && !names.has(`${name}.sig`))
        rmSync(join(folder, `${name}.sig`), { force: true });
    }
    for (const file of staged) file.commit();
  } catch (error) {
    throw fileError('write into', folder, error);
  } finally {
    for (const file of staged) file.discard();
  }
}

/** A folder under a file's name would stop us half-way. */
async function assertReplaceable(path: string): Promise<void> {
  for (const each of [path, `${path}.sig`]) {
    const status = await lstat(each).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw fileError('look at', each, error);
    });
    if (status?.isDirectory() === true)
      throw new S6tsError('file-error', `cannot write ${each}: it is a folder`, { what: each });
  }
}

/** The checksums of the files in a folder that they cover; it may be missing. */
async function checksumsIn(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw fileError('read', folder, error);
  });
  const sums = new Map<string, string>();
  for (const name of names.filter((each) => COVERED.test(each))) {
    const bytes = await readFile(join(folder, name)).catch((error: unknown) => {
      // It has gone meanwhile, or is a link to nothing.
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw fileError('read', join(folder, name), error);
    });
    if (bytes !== undefined) sums.set(name, sha256Hex(bytes));
  }
  return sums;
}
