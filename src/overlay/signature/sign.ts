import { createMessage, sign, type Key, type PrivateKey, type PublicKey, type Subkey } from 'openpgp';
import { streamOf } from '../../base/byte-stream.js';
import { reasonOf, S6tsError } from '../../base/error.js';
import { bytesOf, onePassData } from './one-pass.js';

/** A private key whose signing part is unlocked. */
export interface UnlockedKey {
  readonly key: PrivateKey;
  /** The primary key or the sub-key that makes the signatures. */
  readonly issuer: Key | Subkey;
  /** No signature may be older than this: gpg refuses one that is older than its key. */
  readonly notBefore: Date;
  /** The file that it came from. */
  readonly file: string;
}

/**
 * A detached binary OpenPGP signature over a content that is read once, in bounded memory. The same content, key and
 * date give the same bytes (RSA and Ed25519; other kinds of key sign with randomness). Chunks must
 * not be reused.
 * @param date what the signature says of when it was made; raised to the key's own birth where it lies before that,
 *   since gpg refuses a signature older than its key
 * @throws S6tsError `signing-failed`; what reading `content` throws
 */
export async function signDetached(
  content: Uint8Array | AsyncIterable<Uint8Array>,
  signingKey: UnlockedKey,
  date: Date,
): Promise<Uint8Array> {
  const { key, issuer, notBefore, file } = signingKey;
  const source = watched(content instanceof Uint8Array ? streamOf([content]) : content);
  try {
    const message = await createMessage({ binary: new Uint8Array() });
    Object.assign(message.packets[0] ?? {}, onePassData(source.content));
    const signature = await sign({
      message,
      signingKeys: key,
      signingKeyIDs: issuer.getKeyID(),
      date: date > notBefore ? date : notBefore,
      detached: true,
      format: 'object',
      // A random notation would make each signature differ; Ed25519 and RSA need none.
      config: { nonDeterministicSignaturesViaNotation: false },
    });
    return await bytesOf(signature.write());
  } catch (error) {
    if (source.failure !== undefined) throw source.failure.error;
    throw new S6tsError('signing-failed', `cannot sign with the key in ${file}: ${reasonOf(error)}`, {
      what: file,
      cause: error,
    });
  }
}

/** The public part, armoured: the file that others import or trust. */
export function publicKeyOf({ publicKey }: { readonly publicKey: PublicKey }): string {
  return publicKey.armor();
}

/** Remembers what reading threw, so that it isn't taken for a failure of the key. */
function watched(content: AsyncIterable<Uint8Array>): {
  content: AsyncIterable<Uint8Array>;
  failure?: { error: unknown };
} {
  const source: ReturnType<typeof watched> = { content };
  source.content = (async function* () {
    try {
      yield* content;
    } catch (error) {
      source.failure = { error };
      throw error;
    }
  })();
  return source;
}
