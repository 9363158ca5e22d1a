import { readAtMost } from '../../base/bounded-read.js';
import { S6tsError } from '../../base/error.js';

/** Where a passphrase may come from, in this order: the file, `S6TS_PASSPHRASE`, the terminal. */
export interface PassphraseSources {
  /** A file whose first line is the passphrase. */
  readonly passphraseFile?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Asks on the terminal without showing what is typed; absent where there is no terminal. */
  readonly prompt?: ((question: string) => Promise<string>) | undefined;
}

/** A passphrase file far beyond a line is another file. */
const MAX_BYTES = 64 * 1024;

/** The way to give a passphrase where nobody can be asked. */
export const PASSPHRASE_WAYS = 'give it with --passphrase-file FILE or in S6TS_PASSPHRASE';

/**
 * The passphrase out of the file or the environment, undefined where neither is given.
 * @throws S6tsError `file-missing` | `file-error` | `file-too-large`, `passphrase-empty`
 */
export async function givenPassphrase(sources: PassphraseSources): Promise<string | undefined> {
  if (sources.passphraseFile !== undefined) return passphraseInFile(sources.passphraseFile);
  const inEnvironment = sources.env['S6TS_PASSPHRASE'];
  return inEnvironment === '' ? undefined : inEnvironment;
}

async function passphraseInFile(path: string): Promise<string> {
  const text = (await readAtMost(path, MAX_BYTES, 'read the passphrase from')).toString('utf8');
  const [line = ''] = text.split(/\r?\n/, 1);
  if (line === '')
    throw new S6tsError('passphrase-empty', `the first line of ${path} is empty`, {
      what: path,
      hint: 'write the passphrase into it, in one line',
    });
  return line;
}
