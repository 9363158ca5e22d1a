import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { readKeys, type PublicKey } from 'openpgp';
import { errnoOf, reasonOf, S6tsError } from '../../base/error.js';
import { lifeOf, signerOf } from './key-standing.js';
import type { SignatureMaker } from './signer.js';

/** What gpg is asked to do it with. */
export interface GpgOptions {
  /** The key as gpg(1) takes it in --local-user: fingerprint, key id (`ID!` for that sub-key alone) or user id. */
  readonly keyId: string;
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
  readonly signal?: AbortSignal;
}

/**
 * The user's own gpg signs, with the agent or smart card that has the key; the passphrase is asked for by its
 * pinentry, and never seen here. The date of the signature is gpg's.
 * @throws S6tsError `gpg-missing`, `gpg-key`, `gpg-failed`
 */
export async function gpgSigner(options: GpgOptions): Promise<SignatureMaker> {
  const { keyId, now } = options;
  const key = await publicKeyOf(options);
  const issuer = await key.getSigningKey(undefined, now).catch((cause: unknown) => {
    throw unusable(keyId, `it cannot sign now: ${reasonOf(cause)}`, cause);
  });
  return {
    signer: await signerOf(key, issuer),
    publicKey: key,
    from: `gpg's key ${keyId}`,
    expires: await lifeOf(key, issuer, now),
    async sign(content) {
      const args = ['--no-armor', '--local-user', keyId, '--output', '-', '--detach-sign'];
      return (await gpg(args, options, content)).stdout;
    },
  };
}

/** The public part of the one key that gpg has the private part of, or of its card, under this name. */
async function publicKeyOf(options: GpgOptions): Promise<PublicKey> {
  const { keyId } = options;
  const listed = await gpg(['--batch', '--with-colons', '--list-secret-keys', '--', keyId], options).catch(
    (error: unknown) => {
      if (!(error instanceof S6tsError) || error.code !== 'gpg-failed') throw error;
      throw unusable(keyId, 'gpg has no private key of that name', error);
    },
  );
  // doc/DETAILS of GnuPG: each primary key begins with a record "sec", its fingerprint is field 10 of the next "fpr".
  const records = Buffer.from(listed.stdout).toString('utf8').split('\n');
  if (records.filter((line) => line.startsWith('sec:')).length > 1) {
    throw unusable(keyId, 'gpg has several private keys of that name');
  }
  const fingerprint = records.find((line) => line.startsWith('fpr:'))?.split(':')[9] ?? keyId;
  const { stdout } = await gpg(['--batch', '--no-armor', '--export', '--', fingerprint], options);
  try {
    const [key] = await readKeys({ binaryKeys: stdout });
    if (key !== undefined) return key.toPublic();
  } catch (cause) {
    throw unusable(keyId, 'gpg exports no key that can be read', cause);
  }
  throw unusable(keyId, 'gpg exports no key of that name');
}

interface Output {
  readonly stdout: Uint8Array;
}

/** Runs gpg with the user's own environment, so that it finds its home, agent and terminal. */
async function gpg(
  args: readonly string[],
  { env, signal }: GpgOptions,
  content?: AsyncIterable<Uint8Array>,
): Promise<Output> {
  const child = spawn('gpg', args, { env, stdio: ['pipe', 'pipe', 'pipe'], ...(signal && { signal }) });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // It may end before it has read everything; its exit code then says why.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close');
  if (content === undefined) child.stdin.end();
  else Readable.from(content).pipe(child.stdin);
  const [code] = (await ended.catch((cause: unknown) => {
    signal?.throwIfAborted();
    if (errnoOf(cause) !== 'ENOENT') throw cause;
    throw new S6tsError('gpg-missing', 'there is no gpg on this machine', {
      what: 'gpg',
      hint: 'install GnuPG, or sign with a key file: --sign-key FILE',
      cause,
    });
  })) as [number | null];
  if (code === 0) return { stdout: Buffer.concat(out) };
  const said = Buffer.concat(err).toString('utf8').trim().split('\n').at(-1) ?? '';
  throw new S6tsError('gpg-failed', `gpg ended with ${code ?? 'a signal'}: ${said}`, {
    what: 'gpg',
    hint: 'try it by hand: gpg --local-user KEYID --detach-sign FILE',
  });
}

function unusable(keyId: string, why: string, cause?: unknown): S6tsError {
  return new S6tsError('gpg-key', `gpg can't sign with ${keyId}: ${why}`, {
    what: keyId,
    hint: 'gpg --list-secret-keys lists them; give a fingerprint',
    cause,
  });
}
