import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from './error.js';
import { makeFolder } from './make-folder.js';

/** Temporary files of this process that are not renamed yet: what an interrupt has to remove. */
const pending = new Set<string>();

/** The temporary files that an interrupt must remove (see cli/interrupt). */
export function pendingTemporaryFiles(): readonly string[] {
  return [...pending];
}

export interface WriteOptions {
  /** Permission bits, not touched by the umask. Default 0644. */
  readonly mode?: number;
  /** Refuse with EEXIST when the final name is taken. Default false. */
  readonly exclusive?: boolean;
}

/** Content that lies complete under a temporary name beside its final one. */
export interface StagedFile {
  readonly path: string;
  /** Gives it its final name. @throws S6tsError `file-error`. */
  commit(): Promise<void>;
  /** Removes what is left of it; does nothing after `commit`. */
  discard(): Promise<void>;
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
  await (await stageFile(path, content, options)).commit();
}

/** The first half of `writeFileAtomic`: all that may fail for want of room, before any final name changes. */
export async function stageFile(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<StagedFile> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const discard = async (): Promise<void> => {
    await rm(temporary, { force: true });
    pending.delete(temporary);
  };
  try {
    await makeFolder(dirname(path));
    pending.add(temporary);
    const handle = await open(temporary, 'wx', options.mode ?? 0o644);
    try {
      if (typeof content === 'string' || content instanceof Uint8Array) await handle.writeFile(content);
      else for await (const chunk of content) await handle.writeFile(chunk);
      await handle.chmod(options.mode ?? 0o644);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await discard();
    throw fileError('write', path, error);
  }
  return {
    path,
    discard,
    async commit() {
      try {
        // link() refuses a taken name in the same step that takes it; rename() would replace it.
        if (options.exclusive === true) await link(temporary, path);
        else await rename(temporary, path);
      } catch (error) {
        throw fileError('write', path, error);
      } finally {
        await discard();
      }
    },
  };
}
