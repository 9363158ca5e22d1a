import { readFile } from 'node:fs/promises';
import { streamOf } from '../../base/byte-stream.js';
import { readKeyFile } from './key-file.js';
import { mergeCopies } from './merge-copies.js';
import type { BadReason } from './verdict.js';
import { verifyDetached } from './verify.js';

/** What a signature that was good when it was made can become by itself: by its key, or by the clock. */
const STANDING: ReadonlySet<BadReason> = new Set([
  'revoked-key',
  'expired-key',
  'unusable-key',
  'future-signature',
  'expired-signature',
]);

/**
 * Whether a signature is whole, and over these bytes by the key in `keyFile`. That tells damage apart and nothing else:
 * whether the key is to be trusted, or stands today, is another question.
 */
export async function signatureFits(
  signatureFile: string,
  bytes: Uint8Array,
  keyFile: string,
  now: Date,
): Promise<boolean> {
  try {
    const keys = (await readKeyFile(keyFile)).map((key) => ({ key: mergeCopies([key]), files: [keyFile] }));
    const verdict = await verifyDetached(await readFile(signatureFile), streamOf([bytes]), keys, now);
    return verdict.kind === 'good' || STANDING.has(verdict.reason);
  } catch {
    return false; // The signature or the key is missing, unreadable, or none.
  }
}
