import { createMessage, sign } from 'openpgp';
import { reasonOf, S6tsError } from '../../base/error.js';
import { bytesOf, onePassData } from './one-pass.js';
import type { SigningKey } from './signing-key.js';

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
  signingKey: SigningKey,
  date: Date,
): Promise<Uint8Array> {
  const { key, issuer, notBefore, file } = signingKey;
  const source = watched(content instanceof Uint8Array ? once(content) : content);
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
export function publicKeyOf({ key }: SigningKey): string {
  return key.toPublic().armor();
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
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
