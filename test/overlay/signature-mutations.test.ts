import test from 'ava';
import fc from 'fast-check';
import { readSignature, type SignaturePacket } from 'openpgp';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S6tsError } from '../../src/base/error.js';
import { readKeyFile } from '../../src/overlay/signature/key-file.js';
import { signDetached } from '../../src/overlay/signature/sign.js';
import { verifyDetached } from '../../src/overlay/signature/verify.js';
import { gpgFor, temporaryFolder } from '../harness/gpg.js';
import { inPieces, ownKey, trusting } from '../harness/signing.js';

const CONTENT = 'what was signed';

/** What a signature proves: the octets that its digest covers, and its numbers. The rest is framing. */
async function substance(bytes: Uint8Array): Promise<unknown> {
  const { packets } = await readSignature({ binarySignature: bytes });
  return [...packets].map((packet: SignaturePacket & { params?: unknown }) => [
    packet.signatureData,
    packet.params,
  ]);
}

test('each cut of a signature is a "no" that says so', async (t) => {
  const { key, publicFile } = await ownKey(t);
  const keys = await trusting(t, publicFile);
  const signature = await signDetached(Buffer.from(CONTENT), key, new Date());
  for (let length = 0; length < signature.length; length += 1) {
    const verdict = await verifyDetached(signature.subarray(0, length), inPieces(CONTENT), keys, new Date());
    t.like(verdict, { kind: 'bad', reason: length === 0 ? 'empty' : 'truncated' }, `${length} octets`);
  }
  const longer = await verifyDetached(
    Buffer.concat([signature, Buffer.from([0])]),
    inPieces(CONTENT),
    keys,
    new Date(),
  );
  t.like(longer, { kind: 'bad', reason: 'not-a-signature' });
});

test('each cut of an armoured signature of gpg is a "no"', async (t) => {
  const gpg = await gpgFor(t);
  const fingerprint = await gpg.key('Cut <c@x.org>', 'ed25519');
  const keys = await trusting(t, await gpg.exportKey(fingerprint));
  const armoured = await gpg.sign(fingerprint, CONTENT, ['--armor']);
  const end =
    Buffer.from(armoured).indexOf('-----END PGP SIGNATURE-----') + '-----END PGP SIGNATURE-----'.length;
  for (let length = 1; length < end; length += 1) {
    const verdict = await verifyDetached(armoured.subarray(0, length), inPieces(CONTENT), keys, new Date());
    t.like(verdict, { kind: 'bad', reason: 'truncated' }, `${length} of ${armoured.length} octets`);
  }
  t.like(await verifyDetached(armoured.subarray(0, end), inPieces(CONTENT), keys, new Date()), {
    kind: 'good',
  });
});

test('each flipped bit of a signature is a "no", but where it changes neither what the digest covers nor the numbers', async (t) => {
  const { key, publicFile } = await ownKey(t);
  const keys = await trusting(t, publicFile);
  const signature = await signDetached(Buffer.from(CONTENT), key, key.notBefore);
  const proves = await substance(signature);
  let good = 0;
  for (let bit = 0; bit < signature.length * 8; bit += 1) {
    const flipped = Uint8Array.from(signature, (octet, at) =>
      at === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet,
    );
    const verdict = await verifyDetached(flipped, inPieces(CONTENT), keys, new Date());
    if (verdict.kind === 'bad') continue;
    good += 1;
    t.deepEqual(await substance(flipped), proves, `bit ${bit}`);
    t.like(verdict, { signer: key.signer, made: key.notBefore });
  }
  // Ed25519 numbers state their length in bits; flips that keep it the same number of octets change nothing.
  t.true(good <= 16, `${good} flips were accepted`);
});

test('however a signature is damaged, the answer is a verdict, and a good one proves the same', async (t) => {
  const { key, publicFile } = await ownKey(t);
  const keys = await trusting(t, publicFile);
  const signature = await signDetached(Buffer.from(CONTENT), key, new Date());
  const proves = JSON.stringify(await substance(signature));
  const edit = fc.record({
    at: fc.nat(signature.length),
    cut: fc.nat(5),
    put: fc.uint8Array({ maxLength: 5 }),
  });
  const holds = fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      let bytes = Buffer.from(signature);
      for (const { at, cut, put } of edits)
        bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]);
      const verdict = await verifyDetached(bytes, inPieces(CONTENT), keys, new Date());
      return verdict.kind === 'bad' || JSON.stringify(await substance(bytes)) === proves;
    }),
    { numRuns: 500 },
  );
  await t.notThrowsAsync(holds);
  const noneIsGood = fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const packet = Uint8Array.from([0xc2, bytes.length & 0x7f, ...bytes]);
      const verdicts = [
        await verifyDetached(bytes, inPieces(CONTENT), keys, new Date()),
        await verifyDetached(packet, inPieces(CONTENT), keys, new Date()),
      ];
      return verdicts.every(({ kind }) => kind === 'bad');
    }),
    { numRuns: 500 },
  );
  await t.notThrowsAsync(noneIsGood);
});

test('however a key file is damaged, it is read or refused by name', async (t) => {
  const { key } = await ownKey(t);
  const file = join(await temporaryFolder(t), 'key.asc');
  const whole = Buffer.from(key.key.toPublic().write());
  const edit = fc.record({ at: fc.nat(whole.length), cut: fc.nat(5), put: fc.uint8Array({ maxLength: 5 }) });
  const holds = fc.assert(
    fc.asyncProperty(edit, async ({ at, cut, put }) => {
      await writeFile(file, Buffer.concat([whole.subarray(0, at), put, whole.subarray(at + cut)]));
      try {
        return (await readKeyFile(file)).length >= 0;
      } catch (error) {
        return error instanceof S6tsError && error.what === file && error.hint !== undefined;
      }
    }),
    { numRuns: 300 },
  );
  await t.notThrowsAsync(holds);
});
