import { config, enums, type Config, type Key, type SignaturePacket, type Subkey } from 'openpgp';
import { issuersOf, signerOf, standingOf, unsupportedCurve } from './key-standing.js';
import { readTogether, type OnePassData } from './one-pass.js';
import { readSignaturePackets } from './packets.js';
import type { TrustedKey } from './trusted-keys.js';
import { bad, verdictOver, when, type Bad, type Verdict } from './verdict.js';

/** How far ahead the signer's clock may be of ours. */
export const CLOCK_SKEW_MS = 5 * 60 * 1000;

/** Digests that can be forged (MD5, SHA-1), or that are near it (RIPEMD-160). */
const WEAK_DIGESTS: ReadonlySet<number> = new Set([enums.hash.md5, enums.hash.sha1, enums.hash.ripemd]);

/** The library is asked for arithmetic only: what is allowed is decided here, where each "no" has its own name. */
const ARITHMETIC: Config = {
  ...config,
  rejectHashAlgorithms: new Set(),
  rejectMessageHashAlgorithms: new Set(),
};

/** A signature packet, and one trusted key that may have made it. */
interface Candidate {
  readonly packet: SignaturePacket;
  readonly trusted: TrustedKey;
  readonly issuer: Key | Subkey;
}

/**
 * Checks a detached signature, binary or armoured, over a content that is read once, in bounded memory; it isn't read
 * at all when the signature alone is a "no". Chunks must not be reused.
 *
 * A file with several signatures is good when one of a trusted key is: a release that is signed with its old and its
 * new key needs just the one that its reader knows. A key counts as it stands at `now`: expired or revoked is a "no",
 * also for signatures made before that.
 * @param now the clock; a signature up to five minutes ahead of it is accepted
 * @throws only what reading `content` throws
 */
export async function verifyDetached(
  signature: Uint8Array,
  content: AsyncIterable<Uint8Array>,
  keys: readonly TrustedKey[],
  now: Date,
): Promise<Verdict> {
  const packets = await readSignaturePackets(signature);
  if ('kind' in packets) return packets;
  const refusals: Bad[] = [];
  const candidates: Candidate[] = [];
  for (const packet of packets) {
    const refusal = refusalOf(packet);
    const issuers = issuersOf(keys, packet.issuerKeyID.toHex());
    if (refusal !== undefined) refusals.push(refusal);
    else if (issuers.length === 0) refusals.push(unknownKey(packet));
    else {
      for (const { trusted, issuer } of issuers) {
        const curve = unsupportedCurve(trusted.key, issuer);
        if (curve === undefined) candidates.push({ packet, trusted, issuer });
        else refusals.push(bad('unsupported', `s6ts cannot check signatures of keys on the curve ${curve}`));
      }
    }
  }
  if (candidates.length === 0) return verdictOver(refusals);
  const matches = await readTogether(
    content,
    candidates.map((candidate) => (data) => isMadeBy(candidate, data)),
  );
  const verdicts = await Promise.all(
    candidates.map((candidate, index) => judge(candidate, matches[index] === true, now)),
  );
  return verdictOver([...verdicts, ...refusals]);
}

/** What makes a signature a "no" whoever made it. */
function refusalOf(packet: SignaturePacket): Bad | undefined {
  const keyId = packet.issuerKeyID.toHex().toUpperCase();
  const { signatureType: type, hashAlgorithm: hash } = packet;
  if (type !== enums.signature.binary && type !== enums.signature.text) {
    return bad('not-a-signature', 'it is a signature over a key, not over a file', { keyId });
  }
  if (hash === null || WEAK_DIGESTS.has(hash)) {
    return bad('weak-digest', `the signature uses ${digestName(hash)}, which can be forged`, {
      keyId,
      hint: 'ask the signer for a signature with SHA-256 or better',
    });
  }
  const critical =
    packet.unknownSubpackets.some((subpacket) => subpacket.critical) ||
    packet.rawNotations.some((notation) => notation.critical);
  return critical
    ? bad('unsupported', 'the signature carries a condition that s6ts does not know', { keyId })
    : undefined;
}

function unknownKey(packet: SignaturePacket): Bad {
  const fingerprint =
    packet.issuerFingerprint === null
      ? undefined
      : Buffer.from(packet.issuerFingerprint).toString('hex').toUpperCase();
  const keyId = packet.issuerKeyID.toHex().toUpperCase();
  return bad('unknown-key', `it was made by a key that is not trusted: ${fingerprint ?? keyId}`, {
    keyId,
    hint: 'if you trust its owner, give the key with --key FILE or lay it into trusted/ in the folder of your configuration',
  });
}

/** The arithmetic: did this key sign this content? Reads all of the content. */
async function isMadeBy({ packet, issuer }: Candidate, data: OnePassData): Promise<boolean> {
  try {
    // Seen from the moment it was made, so that a time is no reason to fail here.
    await packet.verify(
      issuer.keyPacket,
      packet.signatureType ?? enums.signature.binary,
      data,
      packet.created ?? undefined,
      true,
      ARITHMETIC,
    );
    return true;
  } catch {
    // Digest and numbers don't fit; an error of reading the content is thrown by readTogether.
    return false;
  }
}

/** What the signature is worth, once the arithmetic is known. */
async function judge({ packet, trusted, issuer }: Candidate, matches: boolean, now: Date): Promise<Verdict> {
  const { key, files } = trusted;
  const signer = await signerOf(key, issuer);
  const who = { signer, keyId: packet.issuerKeyID.toHex().toUpperCase() };
  if (!matches) {
    return bad(
      'changed',
      'the file is not what was signed: it or the signature was changed, or the signature belongs to another file',
      who,
    );
  }
  const made = packet.created ?? new Date(Number.NaN);
  if (made.getTime() > now.getTime() + CLOCK_SKEW_MS) {
    return bad('future-signature', `the signature says it was made in the future, on ${when(made)}`, {
      ...who,
      hint: "check this machine's clock",
    });
  }
  const ends = packet.getExpirationTime();
  if (typeof ends !== 'number' && ends <= now)
    return bad('expired-signature', `the signature was valid until ${when(ends)}`, who);
  if (issuer.getCreationTime() > made) {
    return bad(
      'unusable-key',
      `the signature says ${when(made)}, but the key was made on ${when(issuer.getCreationTime())}`,
      who,
    );
  }
  const standing = await standingOf(key, issuer, made > now ? made : now);
  if (standing.kind === 'sound') return { kind: 'good', signer, made, trustedBy: files };
  const then = standing.reason === 'expired-key' ? `; the signature was made on ${when(made)}` : '';
  return bad(standing.reason, standing.why + then, { ...who, ...hintFor(standing.reason) });
}

function hintFor(reason: string): { hint?: string } {
  return reason === 'expired-key'
    ? { hint: 'if its owner has prolonged the key, give the new copy with --key FILE' }
    : {};
}

function digestName(hash: number | null): string {
  if (hash === null) return 'no digest';
  return { 1: 'MD5', 2: 'SHA-1', 3: 'RIPEMD-160' }[hash] ?? `digest ${hash}`;
}
