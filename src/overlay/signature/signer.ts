import type { PublicKey } from 'openpgp';
import { streamOf } from '../../base/byte-stream.js';
import { S6tsError } from '../../base/error.js';
import type { Progress } from '../../base/progress.js';
import { when, type Signer, type Verdict } from './verdict.js';
import { verifyDetached } from './verify.js';

/** Whoever makes the signatures: a private key that was read from a file, or the user's gpg. */
export interface SignatureMaker {
  readonly signer: Signer;
  readonly publicKey: PublicKey;
  /** Where the private part is, for messages: a file, or gpg. */
  readonly from: string;
  /** When its signatures stop to count; undefined: never. */
  readonly expires: Date | undefined;
  /** A detached binary signature. `date` is what it says of when it was made, where that can be chosen. */
  sign(content: AsyncIterable<Uint8Array>, date: Date): Promise<Uint8Array>;
}

/** A content that can be read anew each time, and the times of the signature and of the world. */
export interface ToSign {
  readonly content: () => AsyncIterable<Uint8Array>;
  readonly date: Date;
  readonly clock: () => Date;
}

/** How long ahead an end is told: as long as a release may well be in use. */
const WARN_AHEAD_DAYS = 90;
const DAY_MS = 24 * 3_600_000;

/**
 * Signs, and checks the signature as whoever gets it will, against a second reading of the content.
 * @returns the signature, or the verdict when it is not good
 * @throws S6tsError `signing-failed`, and those of the maker
 */
export async function signAndVerify(
  maker: SignatureMaker,
  { content, date, clock }: ToSign,
): Promise<Uint8Array | (Verdict & { kind: 'bad' })> {
  const signature = await maker.sign(content(), date);
  const keys = [{ key: maker.publicKey, files: [maker.from] }];
  const now = clock();
  const verdict = await verifyDetached(signature, content(), keys, now > date ? now : date);
  return verdict.kind === 'good' ? signature : verdict;
}

/** The signature of bytes, verified. @throws S6tsError `signing-failed` where it turns out not to be good. */
export async function signatureOf(
  maker: SignatureMaker,
  bytes: Uint8Array,
  times: Omit<ToSign, 'content'>,
): Promise<Uint8Array> {
  const made = await signAndVerify(maker, { ...times, content: () => streamOf([bytes]) });
  if (made instanceof Uint8Array) return made;
  throw new S6tsError('signing-failed', `the signature by ${maker.from} is not good: ${made.explanation}`, {
    what: maker.from,
    hint: made.hint ?? 'nothing was written; sign with another key',
  });
}

/** Says when the key's end is near, for every signature of it stops to count then, those of today too. */
export function warnOfExpiry({ signer, expires }: SignatureMaker, now: Date, progress: Progress): void {
  if (expires === undefined) return;
  const days = Math.floor((expires.getTime() - now.getTime()) / DAY_MS);
  if (days > WARN_AHEAD_DAYS) return;
  progress.warn(
    `the key of ${signer.userId} expires on ${when(expires)}, in ${days} days, and what it signs is good until then: ` +
      `prolong it (gpg --quick-set-expire ${signer.fingerprint} 2y), and give the new copy to those who verify`,
  );
}
