import { randomBytes } from 'node:crypto';
import { linkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from './error.js';
import { makeFolder } from './make-folder.js';
import { sweepDebris } from './sweep-debris.js';

/** Temporary files of this process that are not renamed yet: what an interrupt has to remove. */
const pending = new Set<string>();

/** The longest name whose temporary name is still one that file systems take (NAME_MAX is 255 bytes). */
const LONGEST_BASE_BYTES = 230;

/** The temporary files that an interrupt must remove (see cli/interrupt). */
export function pendingTemporaryFiles(): readonly string[] {
  return [...pending];
}

export interface WriteOptions {
  /** Permission bits, not touched by the umask. Default 0644. */
  readonly mode?: number;
  /** Refuse with EEXIST when the final name is taken. Default false. */
  readonly exclusive?: boolean;
  /** False for what nobody needs after a crash: it isn't synced. Default true. */
  readonly lasting?: boolean;
}

/**
 * Content that lies complete under a temporary name beside its final one. The last steps don't wait for anything, so
 * that an interrupt comes before or after a row of them, never between two.
 */
export interface StagedFile {
  readonly path: string;
  /** Where it lies until `commit`. */
  readonly temporary: string;
  /** Gives it its final name. @throws S6tsError `file-error`. */
  commit(): void;
  /** Removes what is left of it; does nothing after `commit`. */
  discard(): void;
}

/**
 * Writes a file so that its final name holds either the old content or all of the new: a temporary file in the same
 * folder, synced, renamed. The folder is made when missing.
 * @throws S6tsError `file-error` | `file-missing` naming the file; the temporary file is gone then.
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<void> {
  (await stageFile(path, content, options)).commit();
}

/** The first half of `writeFileAtomic`: all that may fail for want of room, before any final name changes. */
export async function stageFile(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<StagedFile> {
  const temporary = temporaryName(path);
  const discard = (): void => {
    if (pending.delete(temporary)) rmSync(temporary, { force: true });
  };
  try {
    await makeFolder(dirname(path));
    pending.add(temporary);
    const handle = await open(temporary, 'wx', options.mode ?? 0o644).catch((error: unknown) => {
      pending.delete(temporary);
      throw error;
    });
    try {
      if (typeof content === 'string' || content instanceof Uint8Array) await handle.writeFile(content);
      else for await (const chunk of content) await handle.writeFile(chunk);
      await handle.chmod(options.mode ?? 0o644);
      if (options.lasting !== false) await handle.sync();
      await sweepDebris(dirname(path), (await handle.stat()).mtimeMs);
    } finally {
      await handle.close();
    }
  } catch (error) {
    discard();
    throw fileError('write', path, error);
  }
  return {
    path,
    temporary,
    discard,
    commit() {
      try {
        // link() refuses a taken name in the same step that takes it; rename() would replace it.
        if (options.exclusive === true) linkSync(temporary, path);
        else renameSync(temporary, path);
      } catch (error) {
        throw fileError('write', path, error);
      } finally {
        discard();
      }
    },
  };
}

/** As `stageFile`, for a symbolic link to `target`. @throws S6tsError `file-error`. */
export async function stageLink(path: string, target: string): Promise<StagedFile> {
  const temporary = temporaryName(path);
  const discard = (): void => {
    if (pending.delete(temporary)) rmSync(temporary, { force: true });
  };
  await makeFolder(dirname(path));
  try {
    pending.add(temporary);
    symlinkSync(target, temporary);
  } catch (error) {
    pending.delete(temporary);
    throw fileError('make a link', path, error);
  }
  return {
    path,
    temporary,
    discard,
    commit() {
      try {
        renameSync(temporary, path);
      } catch (error) {
        throw fileError('write', path, error);
      } finally {
        discard();
      }
    },
  };
}

/** A name beside a file that `sweep-debris` knows; `unique` are 12 hex digits. */
export function temporaryName(path: string, unique = randomBytes(6).toString('hex')): string {
  const name = basename(path);
  const base = Buffer.byteLength(name) > LONGEST_BASE_BYTES ? 's6ts' : name;
  return join(dirname(path), `.${base}.s6ts-${unique}.tmp`);
}
