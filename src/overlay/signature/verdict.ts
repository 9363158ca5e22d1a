/** Who made a signature, as far as a trusted key tells. */
export interface Signer {
  /** The key's primary user id: `Name <address>`. */
  readonly userId: string;
  /** Fingerprint of the primary key, upper-case hex: what people compare. */
  readonly fingerprint: string;
  /** Fingerprint of the (sub-)key that signed; the same as `fingerprint` when the primary key did. */
  readonly signingFingerprint: string;
}

/** Why a signature is no proof. */
export type BadReason =
  | 'changed'
  | 'revoked-key'
  | 'expired-key'
  | 'unusable-key'
  | 'future-signature'
  | 'expired-signature'
  | 'weak-digest'
  | 'unsupported'
  | 'unknown-key'
  | 'truncated'
  | 'empty'
  | 'not-a-signature';

/** The answer "yes": the content is what the holder of a trusted key signed, and the key stands today. */
export interface Good {
  readonly kind: 'good';
  readonly signer: Signer;
  /** When the signature says it was made. */
  readonly made: Date;
  /** The files because of which the key is trusted. */
  readonly trustedBy: readonly string[];
}

/** The answer "no". */
export interface Bad {
  readonly kind: 'bad';
  readonly reason: BadReason;
  /** A sentence for people, without a final full stop. */
  readonly explanation: string;
  /** What to do next, where there is something. */
  readonly hint?: string;
  /** The trusted key that the signature names; absent where it names none. */
  readonly signer?: Signer;
  /** The key id that the signature names, upper-case hex. */
  readonly keyId?: string;
}

/** Whether a detached signature vouches for a content. A "no" is a result, not an exception. */
export type Verdict = Good | Bad;

/** From the reason that tells most of several signatures to the one that tells least. */
const TELLING: readonly BadReason[] = [
  'changed',
  'revoked-key',
  'expired-key',
  'expired-signature',
  'future-signature',
  'unusable-key',
  'weak-digest',
  'unsupported',
  'unknown-key',
  'truncated',
  'empty',
  'not-a-signature',
];

/**
 * One verdict over several signatures of one file: good when a trusted key made a good one (a release that is signed
 * with the old and the new key needs just one that its reader knows), else the most telling "no".
 */
export function verdictOver(verdicts: readonly Verdict[]): Verdict {
  const good = verdicts.find((verdict) => verdict.kind === 'good');
  if (good !== undefined) return good;
  const [first] = verdicts
    .filter((verdict) => verdict.kind === 'bad')
    .sort((a, b) => TELLING.indexOf(a.reason) - TELLING.indexOf(b.reason));
  return first ?? bad('not-a-signature', 'it holds no signature');
}

/** A "no". */
export function bad(
  reason: BadReason,
  explanation: string,
  more: Omit<Bad, 'kind' | 'reason' | 'explanation'> = {},
): Bad {
  return { kind: 'bad', reason, explanation, ...more };
}

/** A day and second as people read them: `2026-11-24 07:22:10 UTC`. */
export function when(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
