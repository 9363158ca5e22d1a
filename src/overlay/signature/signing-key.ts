import { PrivateKey, SecretKeyPacket, SecretSubkeyPacket, type Key, type Subkey } from 'openpgp';
import { S6tsError } from '../../base/error.js';
import { readKeyFile } from './key-file.js';
import { lifeOf, signerOf, standingOf } from './key-standing.js';
import { ownPrivateKeyFile } from './own-key-file.js';
import { givenPassphrase, PASSPHRASE_WAYS, type PassphraseSources } from './passphrase.js';
import { signDetached, type UnlockedKey } from './sign.js';
import type { SignatureMaker } from './signer.js';

/** A private key that is ready to sign. */
export interface SigningKey extends SignatureMaker, UnlockedKey {}

export interface SigningKeySources extends PassphraseSources {
  /** Default: `private.asc` in the user's configuration folder. */
  readonly file?: string | undefined;
  readonly now: Date;
  /** What to type when there is no key at all. Default: `s6ts keygen`, or `--key FILE`. */
  readonly missingHint?: string;
}

/** How often a person may mistype. */
const PROMPTS = 3;

/**
 * Reads a private key and unlocks the part of it that signs: a sub-key where there is one, as gpg picks it.
 * @throws S6tsError `key-missing`, `key-unreadable`, `key-not-private`, `key-ambiguous`, `key-unusable`,
 *   `passphrase-missing`, `passphrase-wrong`, `file-error`
 */
export async function loadSigningKey(sources: SigningKeySources): Promise<SigningKey> {
  const file = sources.file ?? ownPrivateKeyFile(sources.env);
  const key = await privateKeyIn(file, sources);
  const issuer = await signingPart(key, file, sources.now);
  await unlock(issuer, `${key.getUserIDs()[0] ?? 'the key'} in ${file}`, sources);
  const loaded = { key, issuer, file, notBefore: await birthOf(key, issuer, sources.now) };
  return {
    ...loaded,
    signer: await signerOf(key, issuer),
    publicKey: key.toPublic(),
    from: file,
    expires: await lifeOf(key, issuer, sources.now),
    sign: (content, date) => signDetached(content, loaded, date),
  };
}

async function privateKeyIn(file: string, sources: SigningKeySources): Promise<PrivateKey> {
  const keys = await readKeyFile(file).catch((error: unknown) => {
    if (!(error instanceof S6tsError) || error.code !== 'file-missing' || sources.file !== undefined)
      throw error;
    throw new S6tsError('key-missing', `there is no key to sign with: ${file} does not exist`, {
      what: file,
      hint:
        sources.missingHint ??
        'make one with s6ts keygen --name NAME --email ADDRESS, or give one with --key FILE',
      cause: error,
    });
  });
  const privateKeys = keys.filter((candidate) => candidate instanceof PrivateKey);
  const [key, another] = privateKeys;
  if (key === undefined) {
    throw new S6tsError('key-not-private', `${file} holds a public key; signing takes the private one`, {
      what: file,
      hint: 'export it with gpg --armor --export-secret-keys KEYID > FILE',
    });
  }
  if (another === undefined) return key;
  const names = privateKeys.map((each) => each.getFingerprint().toUpperCase()).join(', ');
  throw new S6tsError('key-ambiguous', `${file} holds several private keys: ${names}`, {
    what: file,
    hint: 'give a file with just the one to sign with: gpg --armor --export-secret-keys FINGERPRINT > FILE',
  });
}

async function signingPart(key: PrivateKey, file: string, now: Date): Promise<Key | Subkey> {
  // First the one that the library prefers, then any whose secret is really here: exports may leave some out.
  for (const id of [undefined, ...key.getKeyIDs()]) {
    const found = await key.getSigningKey(id, now).catch(() => undefined);
    if (found !== undefined && secretOf(found) !== undefined) return found;
  }
  const standing = await standingOf(key.toPublic(), key, now);
  const why = standing.kind === 'unsound' ? standing.why : 'the secret of its signing key is not in the file';
  throw new S6tsError('key-unusable', `cannot sign with the key in ${file}: ${why}`, {
    what: file,
    hint: 'sign with another key, or renew this one',
  });
}

/** The secret part, locked or not; undefined where the file has only a placeholder of it. */
function secretOf(issuer: Key | Subkey): SecretKeyPacket | SecretSubkeyPacket | undefined {
  const packet = issuer.keyPacket;
  if (!(packet instanceof SecretKeyPacket || packet instanceof SecretSubkeyPacket)) return undefined;
  return packet.isMissingSecretKeyMaterial() ? undefined : packet;
}

async function unlock(issuer: Key | Subkey, whose: string, sources: SigningKeySources): Promise<void> {
  const secret = secretOf(issuer);
  if (secret === undefined || secret.isDecrypted()) return;
  const given = await givenPassphrase(sources);
  if (given !== undefined && (await opens(secret, given))) return;
  if (given === undefined && sources.prompt !== undefined) {
    for (let tries = 0; tries < PROMPTS; tries += 1) {
      const typed = await sources.prompt(`${tries === 0 ? '' : 'That was not it. '}Passphrase of ${whose}: `);
      if (await opens(secret, typed)) return;
    }
  } else if (given === undefined) {
    throw new S6tsError('passphrase-missing', `${whose} is locked by a passphrase`, {
      what: whose,
      hint: PASSPHRASE_WAYS,
    });
  }
  throw new S6tsError('passphrase-wrong', `the passphrase does not unlock ${whose}`, {
    what: whose,
    hint: `${PASSPHRASE_WAYS}; an unlocked copy of the key needs none`,
  });
}

async function opens(secret: SecretKeyPacket | SecretSubkeyPacket, passphrase: string): Promise<boolean> {
  try {
    await secret.decrypt(passphrase);
    return true;
  } catch {
    // A wrong passphrase and a lock that is damaged look alike.
    return false;
  }
}

/** The first moment at which everything that makes the key valid exists, as of `now`. */
async function birthOf(key: PrivateKey, issuer: Key | Subkey, now: Date): Promise<Date> {
  const { selfCertification } = await key.getPrimaryUser(now);
  const binding = 'bindingSignatures' in issuer ? await issuer.verify(now) : undefined;
  const births = [
    key.getCreationTime(),
    issuer.getCreationTime(),
    selfCertification.created,
    binding?.created,
  ];
  return new Date(Math.max(...births.map((date) => date?.getTime() ?? 0)));
}
