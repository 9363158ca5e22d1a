import { stat } from 'node:fs/promises';
import { writeFileAtomic } from '../../base/atomic-file.js';
import { fileError, S6tsError } from '../../base/error.js';
import type { Progress } from '../../base/progress.js';
import { signatureFileOf } from './names.js';
import { signAndVerify, type SignatureMaker } from './signer.js';
import { fileChunks, openFile } from './verify-file.js';

export interface SignFileOptions {
  readonly file: string;
  readonly key: SignatureMaker;
  readonly clock: () => Date;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** A file, and its signature beside it. */
export interface SignedFile {
  readonly file: string;
  readonly signature: string;
}

/**
 * Writes the detached signature of a file beside it, once it has been verified against a second reading: a file that
 * is still being written gets none.
 * @throws S6tsError `file-missing` | `file-error`, `signing-failed`, `file-changing`
 */
export async function signFile(options: SignFileOptions): Promise<SignedFile> {
  const { file, key, clock, progress } = options;
  await assertReadTwice(file);
  const handle = await openFile(file);
  try {
    const reading = {
      onBytes: progress.bytes.bind(progress),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
    const steps = ['sign', 'verify'];
    const content = (): AsyncIterable<Uint8Array> => {
      progress.stage(`${steps.shift() ?? 'read'} ${file}`);
      return fileChunks(handle, file, reading);
    };
    const made = await signAndVerify(key, { content, date: clock(), clock });
    if (!(made instanceof Uint8Array)) {
      const why = made.reason === 'changed' ? 'the file changed while it was read' : made.explanation;
      throw new S6tsError('file-changing', `cannot sign ${file}: ${why}`, {
        what: file,
        hint: 'sign it once nothing writes it any more',
      });
    }
    const path = signatureFileOf(file);
    await writeFileAtomic(path, made);
    return { file, signature: path };
  } finally {
    await handle.close();
  }
}

/** Before it is opened: a pipe that nobody writes would keep us for ever. */
async function assertReadTwice(file: string): Promise<void> {
  const status = await stat(file).catch((error: unknown) => {
    throw fileError('read', file, error);
  });
  if (status.isFile() || status.isDirectory()) return;
  throw new S6tsError('file-error', `cannot sign ${file}: it is no file that could be read a second time`, {
    what: file,
    hint: 'write the content into a file first, and sign that',
  });
}
