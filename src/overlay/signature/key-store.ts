import { rmSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKey } from 'openpgp';
import { stageFile, type StagedFile } from '../../base/atomic-file.js';
import { errnoOf, fileError, S6tsError } from '../../base/error.js';
import { makeFolder } from '../../base/make-folder.js';
import { configFolder } from '../../base/user-folders.js';
import { givenPassphrase, type PassphraseSources } from './passphrase.js';

export interface KeygenOptions extends PassphraseSources {
  readonly name: string;
  readonly email: string;
  /** Leave the private key unlocked on disk. */
  readonly noPassphrase: boolean;
  readonly now: Date;
}

/** A pair of keys that was written. */
export interface MadeKey {
  readonly userId: string;
  /** Upper-case hex. */
  readonly fingerprint: string;
  readonly privateFile: string;
  readonly publicFile: string;
  readonly locked: boolean;
}

/**
 * Makes a key that signs (Ed25519 in the form that gpg 2.2 knows too, no expiry: a key that ends makes every release
 * signed with it a "no") and writes `private.asc` (0600) and `public.asc` into the user's configuration folder (0700).
 * @throws S6tsError `name-invalid`, `email-invalid`, `key-exists`, `passphrase-missing`, `passphrase-differs`, `file-error`;
 *   neither file is there then
 */
export async function makeKey(options: KeygenOptions): Promise<MadeKey> {
  checkName(options.name);
  checkEmail(options.email);
  const folder = configFolder(options.env);
  const privateFile = join(folder, 'private.asc');
  const publicFile = join(folder, 'public.asc');
  // Before the passphrase is asked for; the writes below refuse once more, without a gap.
  for (const file of [privateFile, publicFile]) await refuseExisting(file);
  const passphrase = options.noPassphrase ? undefined : await newPassphrase(options);
  const { privateKey, publicKey } = await generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    userIDs: [{ name: options.name, email: options.email }],
    subkeys: [],
    date: options.now,
    format: 'object',
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  await writePair(folder, [privateFile, privateKey.armor()], [publicFile, publicKey.armor()]);
  return {
    userId: `${options.name} <${options.email}>`,
    fingerprint: publicKey.getFingerprint().toUpperCase(),
    privateFile,
    publicFile,
    locked: passphrase !== undefined,
  };
}

async function writePair(
  folder: string,
  secret: readonly [string, string],
  open: readonly [string, string],
): Promise<void> {
  try {
    await makeFolder(folder, 0o700);
  } catch (error) {
    throw fileError('make the folder', folder, error);
  }
  const staged: StagedFile[] = [];
  try {
    staged.push(await stageFile(secret[0], secret[1], { mode: 0o600, exclusive: true }));
    staged.push(await stageFile(open[0], open[1], { mode: 0o644, exclusive: true }));
    commitBoth(staged);
  } finally {
    for (const file of staged) file.discard();
  }
}

/** Both files, or neither. */
function commitBoth(staged: readonly StagedFile[]): void {
  const made: string[] = [];
  for (const file of staged) {
    try {
      file.commit();
      made.push(file.path);
    } catch (error) {
      for (const path of made) rmSync(path, { force: true });
      if (error instanceof S6tsError && errnoOf(error.cause) === 'EEXIST') throw existing(file.path);
      throw error;
    }
  }
}

async function refuseExisting(path: string): Promise<void> {
  try {
    await access(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw fileError('look at', path, error);
  }
  throw existing(path);
}

function existing(path: string): S6tsError {
  return new S6tsError('key-exists', `${path} exists already; a key is never overwritten`, {
    what: path,
    hint: 'move private.asc and public.asc away first, or make the other key under another XDG_CONFIG_HOME',
  });
}

/** Given, else typed twice. */
async function newPassphrase(options: KeygenOptions): Promise<string> {
  const given =
    options.passphraseFile === undefined && options.prompt !== undefined
      ? undefined
      : await givenPassphrase(options);
  if (given !== undefined) return given;
  if (options.prompt === undefined) {
    throw new S6tsError('passphrase-missing', 'a passphrase is needed, and there is no terminal to ask on', {
      hint: 'give it with --passphrase-file FILE or in S6TS_PASSPHRASE, or leave the key unlocked with --no-passphrase',
    });
  }
  const first = await options.prompt('New passphrase: ');
  if (first === '') {
    throw new S6tsError('passphrase-empty', 'an empty passphrase locks nothing', {
      hint: 'to leave the key unlocked, say so with --no-passphrase',
    });
  }
  if ((await options.prompt('The same again: ')) === first) return first;
  throw new S6tsError('passphrase-differs', 'the two passphrases differ', { hint: 'run s6ts keygen again' });
}

function checkName(name: string): void {
  // gpg and openpgp take a user id apart at < > ( ); a control character would break what prints it.
  const fault =
    name.trim() !== name || name === ''
      ? 'it is empty, or begins or ends with a space'
      : /[<>()\p{Cc}]/u.test(name)
        ? 'it holds one of < > ( ) or a control character'
        : undefined;
  if (fault !== undefined)
    throw new S6tsError('name-invalid', `not a name for a key: ${JSON.stringify(name)}: ${fault}`, {
      what: name,
      hint: 'for example --name "Jane Doe"',
    });
}

function checkEmail(email: string): void {
  // Both sides without what takes a user id apart; a domain ends in a letter or digit, as openpgp wants it.
  const address = /^[^\p{C}\p{Z}\\<>()@]+@[^\p{C}\p{Z}\\<>()@]+[^\p{C}\p{Z}\p{P}<>]$/u;
  if (address.test(email) && email.length <= 254) return;
  throw new S6tsError('email-invalid', `not an e-mail address: ${JSON.stringify(email)}`, {
    what: email,
    hint: 'for example --email jane@example.org',
  });
}
