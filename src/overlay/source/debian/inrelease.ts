import { readCleartextMessage, readKeys, verify, type PublicKey } from 'openpgp';
import { sha256Hex } from '../../../base/digest.js';
import { reasonOf, S6tsError } from '../../../base/error.js';
import { parseControl, requireField } from './control.js';

/** A file that a suite's index vouches for. */
export interface IndexedFile {
  readonly size: number;
  readonly sha256: string;
}

/** A suite's index whose signature was found good. */
export interface InRelease {
  readonly suite: string;
  readonly codename: string;
  readonly date: Date;
  /** SHA-256 of the whole InRelease file. */
  readonly sha256: string;
  readonly byHash: boolean;
  /** Path below dists/SUITE/ → file. */
  readonly files: ReadonlyMap<string, IndexedFile>;
}

/**
 * Reads an InRelease file: an OpenPGP cleartext signature (RFC 9580, section 7) by at least one of `keys` over a
 * Release file (Debian repository format). Only the text under the signature is used.
 * @throws S6tsError `index-signature` (none good by a key that we have, or the key has expired), `index-expired`,
 * `control-malformed`.
 */
export async function readInRelease(
  bytes: Uint8Array,
  { keys, now, what }: { readonly keys: readonly PublicKey[]; readonly now: Date; readonly what: string },
): Promise<InRelease> {
  const text = await signedText(Buffer.from(bytes).toString('utf8'), keys, now, what);
  const stanzas = parseControl(text, what);
  const [stanza] = stanzas;
  if (stanza === undefined || stanzas.length !== 1) {
    throw new S6tsError(
      'control-malformed',
      `${what}: it holds ${stanzas.length} stanzas where one belongs`,
      { what },
    );
  }
  const validUntil = stanza.get('valid-until');
  if (validUntil !== undefined && !(parseDate(validUntil, what) >= now)) {
    throw new S6tsError('index-expired', `${what} was valid until ${validUntil} only`, {
      what,
      hint: "look at this machine's clock, or take another mirror (--mirror URL): this one is out of date",
    });
  }
  return {
    suite: requireField(stanza, 'Suite', what),
    codename: requireField(stanza, 'Codename', what),
    date: parseDate(requireField(stanza, 'Date', what), what),
    sha256: sha256Hex(bytes),
    byHash: stanza.get('acquire-by-hash') === 'yes',
    files: parseFiles(requireField(stanza, 'SHA256', what), what),
  };
}

/** Reads the OpenPGP keys of armoured texts. @throws S6tsError `index-signature`. */
export async function readArchiveKeys(armoured: readonly string[]): Promise<PublicKey[]> {
  const lists = await Promise.all(armoured.map((armoredKeys) => readKeys({ armoredKeys })));
  return lists.flat().map((key) => key.toPublic());
}

async function signedText(
  text: string,
  keys: readonly PublicKey[],
  now: Date,
  what: string,
): Promise<string> {
  const message = await readCleartextMessage({ cleartextMessage: text }).catch((cause: unknown) => {
    throw bad(what, 'it is no OpenPGP signed text', cause);
  });
  const result = await verify({ message, verificationKeys: [...keys], date: now });
  const reasons: string[] = [];
  for (const signature of result.signatures) {
    try {
      await signature.verified;
      await assertKeyInForce(keys, signature.keyID.toHex(), now);
      // What the signature covers, not the file: text before or behind it is nobody's word.
      return result.data;
    } catch (error) {
      reasons.push(`key ${signature.keyID.toHex().toUpperCase()}: ${reasonOf(error)}`);
    }
  }
  throw bad(what, reasons.length === 0 ? 'it carries no signature' : reasons.join('; '));
}

/** A signature made while its key was valid stays good for OpenPGP; a fresh index needs a key that is valid now. */
async function assertKeyInForce(keys: readonly PublicKey[], keyId: string, now: Date): Promise<void> {
  const key = keys.find((candidate) => candidate.getKeys().some((each) => each.getKeyID().toHex() === keyId));
  if (key === undefined) throw new Error('unknown key');
  await key.verifyPrimaryKey(now);
}

function bad(what: string, reason: string, cause?: unknown): S6tsError {
  return new S6tsError('index-signature', `${what} has no good signature of Debian's archive: ${reason}`, {
    what,
    cause,
    hint: "look at this machine's clock, or try another mirror (--mirror URL); if all fail, the archive keys that s6ts ships may be too old",
  });
}

function parseDate(text: string, what: string): Date {
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date;
  throw new S6tsError('control-malformed', `${what}: no date: ${text}`, { what });
}

function parseFiles(field: string, what: string): Map<string, IndexedFile> {
  const files = new Map<string, IndexedFile>();
  for (const line of field.split('\n')) {
    if (line.trim() === '') continue;
    const match = /^([0-9a-f]{64})\s+(\d+)\s+(\S+)$/.exec(line.trim());
    const [, sha256, size, path] = match ?? [];
    if (sha256 === undefined || path === undefined) {
      throw new S6tsError('control-malformed', `${what}: not a line of SHA256: ${line}`, { what });
    }
    files.set(path, { size: Number(size), sha256 });
  }
  return files;
}
