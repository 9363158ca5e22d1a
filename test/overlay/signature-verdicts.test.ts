import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test from 'ava';
import { PacketList, readKeys, type AnyPacket } from 'openpgp';
import { S6tsError } from '../../src/base/error.js';
import { silent } from '../../src/base/progress.js';
import { signFile } from '../../src/overlay/signature/sign-file.js';
import { verdictOver, type BadReason } from '../../src/overlay/signature/verdict.js';
import { CLOCK_SKEW_MS, verifyDetached } from '../../src/overlay/signature/verify.js';
import { signDetached } from '../../src/overlay/signature/sign.js';
import { gpgFor, temporaryFolder } from '../harness/gpg.js';
import { answer, inAWord, inPieces, ownKey, trusting } from '../harness/signing.js';

const CONTENT = 'the release';
const [JANUARY, FEBRUARY, MARCH] = ['20250101T000000', '20250201T000000', '20250301T000000'] as const;

/** Never read: the signature alone is the answer. */
// eslint-disable-next-line require-yield, @typescript-eslint/require-await
async function* untouched(): AsyncGenerator<Uint8Array> {
  throw new Error('the content was read');
}

test('a changed content and the signature of another file are "changed", and name the key', async (t) => {
  const { key, publicFile } = await ownKey(t);
  const keys = await trusting(t, publicFile);
  const signature = await signDetached(Buffer.from(CONTENT), key, new Date());
  t.is(await answer(signature, CONTENT, keys), 'good');
  for (const other of ['', 'the Release', `${CONTENT}\n`, CONTENT.slice(1), 'another file']) {
    t.is(await answer(signature, other, keys), 'changed', other);
  }
  const verdict = await verifyDetached(signature, inPieces('other'), keys, new Date());
  t.like(verdict, { signer: key.signer });
});

test('an empty file can be signed and verified', async (t) => {
  const { key, publicFile } = await ownKey(t);
  const signature = await signDetached(inPieces(''), key, new Date());
  t.is(await answer(signature, '', await trusting(t, publicFile)), 'good');
});

test('a key nobody gave is unknown, also when it comes with the signature; the content is not read for it', async (t) => {
  const gpg = await gpgFor(t);
  const fingerprint = await gpg.key('Mallory <m@x.org>', 'ed25519');
  const { publicFile } = await ownKey(t);
  const keys = await trusting(t, publicFile);
  const signature = await gpg.sign(fingerprint, CONTENT);
  const verdict = await verifyDetached(signature, untouched(), keys, new Date());
  t.is(inAWord(verdict), 'unknown-key');
  t.true(verdict.kind === 'bad' && verdict.explanation.includes(fingerprint));
  t.is(await answer(signature, CONTENT, []), 'unknown-key');
  const withKey = Buffer.concat([signature, (await gpg.run(['--export', fingerprint])).bytes]);
  t.is(await answer(withKey, CONTENT, keys), 'not-a-signature');
  const embedded = await gpg.sign(fingerprint, CONTENT, [
    '--sig-keyserver-url',
    'https://keys.invalid/m.asc',
  ]);
  t.is(await answer(embedded, CONTENT, keys), 'unknown-key');
});

for (const digest of ['MD5', 'SHA1', 'RIPEMD160']) {
  test(`the weak digest ${digest} is refused though gpg made it`, async (t) => {
    const gpg = await gpgFor(t);
    const fingerprint = await gpg.key('Weak <w@x.org>', 'rsa2048');
    const keys = await trusting(t, await gpg.exportKey(fingerprint));
    const signature = await gpg.sign(fingerprint, CONTENT, [
      '--digest-algo',
      digest,
      '--allow-weak-digest-algos',
    ]);
    t.is(await answer(signature, CONTENT, keys), 'weak-digest');
  });
}

test('DSA keys and short RSA keys are too weak', async (t) => {
  const gpg = await gpgFor(t);
  for (const algorithm of ['rsa1024', 'dsa2048']) {
    const fingerprint = await gpg.key(`${algorithm} <w@x.org>`, algorithm);
    const keys = await trusting(t, await gpg.exportKey(fingerprint));
    t.is(await answer(await gpg.sign(fingerprint, CONTENT), CONTENT, keys), 'unusable-key', algorithm);
  }
});

test('a Brainpool key is told to be unsupported, not its content to be changed', async (t) => {
  const gpg = await gpgFor(t);
  const fingerprint = await gpg.key('Bp <b@x.org>', 'brainpoolP256r1');
  const keys = await trusting(t, await gpg.exportKey(fingerprint));
  t.is(await answer(await gpg.sign(fingerprint, CONTENT), CONTENT, keys), 'unsupported');
});

test('a signature that has run out, and one older than its key', async (t) => {
  const gpg = await gpgFor(t);
  const fingerprint = await gpg.key('Sig <s@x.org>', 'ed25519', { at: FEBRUARY });
  const keys = await trusting(t, await gpg.exportKey(fingerprint));
  const short = await gpg.sign(fingerprint, CONTENT, ['--default-sig-expire', '3d'], MARCH);
  t.is(await answer(short, CONTENT, keys, new Date('2025-03-02T00:00:00Z')), 'good');
  t.is(await answer(short, CONTENT, keys), 'expired-signature');
  const early = await gpg.sign(fingerprint, CONTENT, ['--ignore-time-conflict'], JANUARY);
  t.is(await answer(early, CONTENT, keys), 'unusable-key');
});

test('a clock may be five minutes off, not more', async (t) => {
  const { key, publicFile } = await ownKey(t);
  const keys = await trusting(t, publicFile);
  const signature = await signDetached(Buffer.from(CONTENT), key, key.notBefore);
  const made = key.notBefore.getTime();
  t.is(await answer(signature, CONTENT, keys, new Date(made)), 'good');
  t.is(await answer(signature, CONTENT, keys, new Date(made - CLOCK_SKEW_MS)), 'good');
  t.is(await answer(signature, CONTENT, keys, new Date(made - CLOCK_SKEW_MS - 1)), 'future-signature');
});

test('of several signatures in a file, one good one by a trusted key is enough', async (t) => {
  const gpg = await gpgFor(t);
  const [known, stranger] = [
    await gpg.key('Known <k@x.org>', 'ed25519'),
    await gpg.key('Stranger <s@x.org>', 'rsa2048'),
  ];
  const keys = await trusting(t, await gpg.exportKey(known));
  const mine = await gpg.sign(known, CONTENT);
  const others = await gpg.sign(stranger, CONTENT);
  const wrong = await gpg.sign(known, 'something else');
  const armoured = (await gpg.sign(known, CONTENT, ['--armor'])).toString();
  t.truthy(armoured);
  for (const [signatures, expected] of [
    [[others, mine], 'good'],
    [[mine, others], 'good'],
    [[wrong, others, mine], 'good'],
    [[wrong, others], 'changed'],
    [[others, others], 'unknown-key'],
  ] as const) {
    t.is(await answer(Buffer.concat(signatures), CONTENT, keys), expected);
  }
  const inArmour = Buffer.concat([
    await gpg.sign(stranger, CONTENT, ['--armor']),
    Buffer.from('\n'),
    await gpg.sign(known, CONTENT, ['--armor']),
  ]);
  t.is(await answer(inArmour, CONTENT, keys), 'good');
  t.is(await answer(Buffer.concat(new Array<Uint8Array>(17).fill(mine)), CONTENT, keys), 'not-a-signature');
});

test('what is no detached signature is named for what it is', async (t) => {
  const gpg = await gpgFor(t);
  const fingerprint = await gpg.key('Other <o@x.org>', 'ed25519');
  const keys = await trusting(t, await gpg.exportKey(fingerprint));
  const made = async (...args: string[]): Promise<Uint8Array> =>
    (await gpg.run(['--output', '-', ...args], { input: CONTENT })).bytes;
  for (const [what, bytes, words] of [
    ['text', Buffer.from('<html>404 Not Found</html>\n'), /plain text/],
    ['a public key', await made('--armor', '--export', fingerprint), /a public key/],
    ['a binary public key', await made('--export', fingerprint), /a public key/],
    ['a clear-signed message', await made('--clear-sign'), /a clear-signed message/],
    ['a signed message', await made('--sign'), /other OpenPGP data/],
    ['a large file', Buffer.alloc(300_000, 0x88), /far larger/],
    ['zeros', Buffer.alloc(100), /plain text/],
    ['noise', Buffer.from([0xff, 0xfe, 0xfd, 0xfc]), /OpenPGP data/],
  ] as const) {
    const verdict = await verifyDetached(bytes, untouched(), keys, new Date());
    t.is(inAWord(verdict), 'not-a-signature', what);
    t.regex(verdict.kind === 'bad' ? verdict.explanation : '', words, what);
  }
  t.is(await answer(new Uint8Array(), CONTENT, keys), 'empty');
});

test('a signature over a key is none over a file', async (t) => {
  const gpg = await gpgFor(t);
  const fingerprint = await gpg.key('Cert <c@x.org>', 'ed25519');
  const file = await gpg.exportKey(fingerprint);
  const [key] = await readKeys({ armoredKeys: await readFile(file, 'utf8') });
  const list = new PacketList<AnyPacket>();
  list.push(...(key?.users[0]?.selfCertifications ?? []));
  t.is(list.length, 1);
  t.is(await answer(list.write(), CONTENT, await trusting(t, file)), 'not-a-signature');
});

test('the most telling of several "no"s is given', (t) => {
  const no = (reason: BadReason): { kind: 'bad'; reason: BadReason; explanation: string } => ({
    kind: 'bad',
    reason,
    explanation: '',
  });
  t.is(inAWord(verdictOver([no('unknown-key'), no('changed'), no('expired-key')])), 'changed');
  t.is(inAWord(verdictOver([no('unknown-key'), no('weak-digest')])), 'weak-digest');
  t.is(inAWord(verdictOver([])), 'not-a-signature');
});

test('an error of reading the content is thrown, not taken for a "no"', async (t) => {
  const { key, publicFile } = await ownKey(t);
  const signature = await signDetached(Buffer.from(CONTENT), key, new Date());
  const keys = await trusting(t, publicFile);
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield* inPieces('the ');
    throw new Error('disk gone');
  };
  await t.throwsAsync(verifyDetached(signature, broken(), keys, new Date()), { message: 'disk gone' });
  await t.throwsAsync(signDetached(broken(), key, new Date()), { message: 'disk gone' });
});

test('a pipe and a device get no signature, and nobody waits for them', async (t) => {
  const { key } = await ownKey(t);
  const pipe = join(await temporaryFolder(t), 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const file of [pipe, '/dev/zero']) {
    const signing = signFile({ file, key, clock: () => new Date(), progress: silent });
    const error = await t.throwsAsync(signing, { instanceOf: S6tsError });
    t.regex(error.message, /read a second time/);
    t.is(error.what, file);
  }
});

test('a file that another program writes meanwhile gets no signature, and keeps the one that it has', async (t) => {
  const { key } = await ownKey(t);
  const file = join(await temporaryFolder(t), 'growing');
  await writeFile(file, CONTENT);
  const stages: string[] = [];
  // The second stage is the second reading: written to before it begins.
  const stage = (text: string): void => {
    if (stages.push(text) === 2) appendFileSync(file, 'more');
  };
  const error = await t.throwsAsync(
    signFile({ file, key, clock: () => new Date(), progress: { ...silent, stage } }),
  );
  t.like(error, { code: 'file-changing', what: file });
  t.deepEqual(await readdir(dirname(file)), ['growing']);
  await signFile({ file, key, clock: () => new Date(), progress: silent });
  t.deepEqual(await readdir(dirname(file)), ['growing', 'growing.sig']);
});
