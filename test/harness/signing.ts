import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { loadSigningKey, type SigningKey } from '../../src/overlay/signature/signing-key.js';
import { makeKey } from '../../src/overlay/signature/key-store.js';
import { trustedKeys, type TrustedKey } from '../../src/overlay/signature/trusted-keys.js';
import type { Verdict } from '../../src/overlay/signature/verdict.js';
import { verifyDetached } from '../../src/overlay/signature/verify.js';
import { temporaryFolder } from './gpg.js';

/** Keys trusted because these files are given, and for no other reason. */
export async function trusting(
  t: ExecutionContext,
  ...files: readonly string[]
): Promise<readonly TrustedKey[]> {
  return trustedKeys({ files, env: { XDG_CONFIG_HOME: await temporaryFolder(t) } });
}

/** Content in pieces, as a stream delivers it. */
export async function* inPieces(content: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** A verdict in a word: `good`, or the reason of the "no". */
export async function answer(
  signature: Uint8Array,
  content: string | Uint8Array,
  keys: readonly TrustedKey[],
  now = new Date(),
): Promise<string> {
  return inAWord(await verifyDetached(signature, inPieces(content), keys, now));
}

export function inAWord(verdict: Verdict): string {
  return verdict.kind === 'good' ? 'good' : verdict.reason;
}

/** A key of our own making, ready to sign, with its public file. */
export async function ownKey(
  t: ExecutionContext,
): Promise<{ key: SigningKey; publicFile: string; env: NodeJS.ProcessEnv }> {
  const env = { XDG_CONFIG_HOME: join(await temporaryFolder(t), 'config') };
  const now = new Date();
  const { publicFile } = await makeKey({
    name: 'Jane Doe',
    email: 'jane@example.org',
    noPassphrase: true,
    env,
    now,
  });
  return { key: await loadSigningKey({ env, now }), publicFile, env };
}
