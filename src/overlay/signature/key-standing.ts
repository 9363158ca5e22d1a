import { config, enums, type Config, type Key, type PublicKey, type Subkey } from 'openpgp';
import type { TrustedKey } from './trusted-keys.js';
import { when, type BadReason, type Signer } from './verdict.js';

/** Whether a key's signatures count at some moment. */
export type Standing =
  { readonly kind: 'sound' } | { readonly kind: 'unsound'; readonly reason: BadReason; readonly why: string };

/** A revocation counts whatever digest it was made with: an owner who warns is believed. */
const ANY_DIGEST: Config = { ...config, rejectHashAlgorithms: new Set() };

/** RSA below this can be broken (NIST SP 800-131A). */
const MIN_RSA_BITS = 2048;

/**
 * Whether `issuer`, the primary key or a sub-key of `key`, may sign files at `now`: not revoked, not expired, bound to
 * its primary key in both directions, allowed to sign, strong enough. The newest self-signature decides, as in gpg: a
 * key whose life was prolonged is sound for its older signatures too (openpgp's own verify refuses those once the
 * older self-signature is gone: openpgpjs#1800).
 */
export async function standingOf(key: PublicKey, issuer: Key | Subkey, now: Date): Promise<Standing> {
  if (await key.isRevoked(undefined, undefined, now, ANY_DIGEST))
    return unsound('revoked-key', 'the key was revoked by its owner');
  const sub = 'bindingSignatures' in issuer ? issuer : undefined;
  if (sub !== undefined && (await isSubkeyRevoked(sub, now))) {
    return unsound('revoked-key', 'the sub-key that signed was revoked by its owner');
  }
  const curve = unsupportedCurve(key, issuer);
  if (curve !== undefined) return unsound('unsupported', `s6ts cannot use keys on the curve ${curve}`);
  const weak = weakness(key) ?? weakness(issuer);
  if (weak !== undefined) return unsound('unusable-key', weak);
  const expired =
    expiry(await key.getExpirationTime(), now, 'the key') ??
    (sub && expiry(await sub.getExpirationTime(now), now, 'the sub-key that signed'));
  if (expired !== undefined) return expired;
  try {
    const found = await key.getSigningKey(issuer.getKeyID(), now);
    if (found.getFingerprint() === issuer.getFingerprint()) return { kind: 'sound' };
    return unsound('unusable-key', 'the key is not allowed to sign files');
  } catch {
    // The library says why in English only; what can be told apart was told above.
    return unsound(
      'unusable-key',
      'the key is not allowed to sign files, or its own signatures are not valid',
    );
  }
}

/** When the signatures of `issuer` stop to count: the end of its key or of itself; undefined: never. */
export async function lifeOf(key: Key, issuer: Key | Subkey, now: Date): Promise<Date | undefined> {
  const sub = 'bindingSignatures' in issuer ? await issuer.getExpirationTime(now) : null;
  const ends = [await key.getExpirationTime(), sub].filter((end) => end instanceof Date);
  return ends.sort((a, b) => a.getTime() - b.getTime())[0];
}

/** The signer that a trusted key and the key in it that signed stand for. */
export async function signerOf(key: Key, issuer: Key | Subkey): Promise<Signer> {
  return {
    userId: await userIdOf(key),
    fingerprint: key.getFingerprint().toUpperCase(),
    signingFingerprint: issuer.getFingerprint().toUpperCase(),
  };
}

/** Each key of the ring with this key id (8 octets, of which several keys may share one), primary and sub-keys. */
export function issuersOf(
  keys: readonly TrustedKey[],
  keyId: string,
): readonly { readonly trusted: TrustedKey; readonly issuer: Key | Subkey }[] {
  return keys.flatMap((trusted) =>
    trusted.key
      .getKeys()
      .filter((issuer) => issuer.getKeyID().toHex() === keyId)
      .map((issuer) => ({ trusted, issuer })),
  );
}

/** The curve of a key whose signatures can't be checked here: openpgp leaves Brainpool to a package that is not there. */
export function unsupportedCurve(...keys: readonly (Key | Subkey)[]): string | undefined {
  return keys
    .map((key) => key.getAlgorithmInfo().curve)
    .find((curve) => curve?.startsWith('brainpool') === true);
}

async function isSubkeyRevoked(sub: Subkey, now: Date): Promise<boolean> {
  for (const binding of sub.bindingSignatures) {
    if (await sub.isRevoked(binding, sub.mainKey.keyPacket, now, ANY_DIGEST)) return true;
  }
  return false;
}

function expiry(end: Date | number | null, now: Date, what: string): Standing | undefined {
  if (end === null) return unsound('unusable-key', `${what} has no valid signature of its own`);
  if (typeof end === 'number' || end > now) return undefined;
  return unsound('expired-key', `${what} expired on ${when(end)}`);
}

function weakness(key: Key | Subkey): string | undefined {
  const { bits, curve } = key.getAlgorithmInfo();
  const algorithm = key.keyPacket.algorithm;
  if (config.rejectPublicKeyAlgorithms.has(algorithm))
    return `keys of kind ${enums.read(enums.publicKey, algorithm)} are too weak`;
  const isRsa = [enums.publicKey.rsaEncryptSign, enums.publicKey.rsaSign].includes(algorithm);
  if (isRsa && bits !== undefined && bits < MIN_RSA_BITS) return `an RSA key of ${bits} bits is too weak`;
  return curve === 'secp256k1' ? `keys on the curve ${curve} are not accepted` : undefined;
}

async function userIdOf(key: Key): Promise<string> {
  try {
    const { user } = await key.getPrimaryUser();
    return user.userID?.userID ?? '';
  } catch {
    // A revoked or expired key has no primary user, but its name is still what people know it by.
    return key.getUserIDs()[0] ?? 'a key without a name';
  }
}

function unsound(reason: BadReason, why: string): Standing {
  return { kind: 'unsound', reason, why };
}
