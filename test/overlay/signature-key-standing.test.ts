import { join } from 'node:path';
import test from 'ava';
import { gpgFor, type Gpg } from '../harness/gpg.js';
import { answer, trusting } from '../harness/signing.js';

const CONTENT = 'the release';
const [JANUARY, FEBRUARY, MARCH] = ['20250101T000000', '20250201T000000', '20250301T000000'] as const;

test('an expired key is a "no", for signatures from before and after its end; prolonged, it is good again', async (t) => {
  const gpg = await gpgFor(t);
  const fingerprint = await gpg.key('Short <s@x.org>', 'ed25519', { at: JANUARY, expires: '2025-02-15' });
  const signature = await gpg.sign(fingerprint, CONTENT, [], FEBRUARY);
  const expired = await gpg.exportKey(fingerprint);
  t.is(await answer(signature, CONTENT, await trusting(t, expired)), 'expired-key');
  t.is(
    await answer(signature, CONTENT, await trusting(t, expired), new Date('2025-02-02T00:00:00Z')),
    'good',
  );
  t.is((await gpg.run(['--quick-set-expire', fingerprint, '0'], { at: MARCH })).code, 0);
  // openpgpjs#1800: the older self-signature gone, the valid signature is older than the one that is left.
  const minimal = join(gpg.home, 'minimal.asc');
  await gpg.run([
    '--armor',
    '--export-options',
    'export-minimal',
    '--output',
    minimal,
    '--export',
    fingerprint,
  ]);
  const prolonged = await gpg.exportKey(fingerprint);
  for (const files of [[prolonged], [minimal], [expired, prolonged], [minimal, expired]]) {
    t.is(await answer(signature, CONTENT, await trusting(t, ...files)), 'good', files.join(' '));
  }
});

test('of two copies of a key, the one with the newer self-signature tells when it ends', async (t) => {
  const gpg = await gpgFor(t);
  const fingerprint = await gpg.key('Shortened <s@x.org>', 'ed25519', { at: JANUARY });
  const signature = await gpg.sign(fingerprint, CONTENT, [], FEBRUARY);
  const endless = await gpg.exportKey(fingerprint);
  t.is((await gpg.run(['--quick-set-expire', fingerprint, '2025-04-01'], { at: MARCH })).code, 0);
  const shortened = await gpg.exportKey(fingerprint);
  t.is(await answer(signature, CONTENT, await trusting(t, endless)), 'good');
  t.is(await answer(signature, CONTENT, await trusting(t, endless, shortened)), 'expired-key');
  t.is(await answer(signature, CONTENT, await trusting(t, shortened, endless)), 'expired-key');
});

for (const [reason, answers] of [
  ['compromised', ['1', '']],
  ['superseded', ['2', '']],
  ['no longer used', ['3', '']],
] as const) {
  test(`a revoked key is a "no", in whichever copy the revocation is: ${reason}`, async (t) => {
    const gpg = await gpgFor(t);
    const fingerprint = await gpg.key('Gone <g@x.org>', 'ed25519', { at: JANUARY });
    const signature = await gpg.sign(fingerprint, CONTENT, [], FEBRUARY);
    const before = await gpg.exportKey(fingerprint);
    await revoke(gpg, ['--gen-revoke', fingerprint], ['y', ...answers, 'y']);
    const after = await gpg.exportKey(fingerprint);
    t.is(await answer(signature, CONTENT, await trusting(t, before)), 'good');
    for (const files of [[after], [before, after], [after, before], [after, after]]) {
      t.is(await answer(signature, CONTENT, await trusting(t, ...files)), 'revoked-key', files.join(' '));
    }
  });
}

async function revoke(gpg: Gpg, args: readonly string[], answers: readonly string[]): Promise<void> {
  const made = await gpg.run(['--no-batch', '--command-fd', '0', '--armor', '--output', '-', ...args], {
    input: `${answers.join('\n')}\n`,
  });
  const imported = await gpg.run(['--import'], { input: made.bytes });
  if (!imported.stderr.includes('revocation certificate imported'))
    throw new Error(made.stderr + imported.stderr);
}

/** A key that only certifies, with a sub-key that signs. */
async function withSubkey(gpg: Gpg, expires: string): Promise<string> {
  const fingerprint = await gpg.key('Sub <s@x.org>', 'ed25519', { usage: 'cert', at: JANUARY });
  const added = await gpg.run(['--quick-add-key', fingerprint, 'ed25519', 'sign', expires], { at: JANUARY });
  if (added.code !== 0) throw new Error(added.stderr);
  return fingerprint;
}

async function subkeyOf(gpg: Gpg, fingerprint: string): Promise<string> {
  const { stdout } = await gpg.run(['--with-colons', '--list-keys', fingerprint]);
  return /^sub:[^]*?^fpr:+([0-9A-F]{40}):/m.exec(stdout)?.[1] ?? '';
}

test('a signing sub-key that has expired is a "no"; prolonged, it is good', async (t) => {
  const gpg = await gpgFor(t);
  const fingerprint = await withSubkey(gpg, '2025-02-15');
  const signature = await gpg.sign(fingerprint, CONTENT, [], FEBRUARY);
  const expired = await gpg.exportKey(fingerprint);
  t.is(await answer(signature, CONTENT, await trusting(t, expired)), 'expired-key');
  t.is(
    (await gpg.run(['--quick-set-expire', fingerprint, '0', await subkeyOf(gpg, fingerprint)], { at: MARCH }))
      .code,
    0,
  );
  const minimal = join(gpg.home, 'minimal.asc');
  await gpg.run([
    '--armor',
    '--export-options',
    'export-minimal',
    '--output',
    minimal,
    '--export',
    fingerprint,
  ]);
  t.is(await answer(signature, CONTENT, await trusting(t, minimal)), 'good');
  t.is(await answer(signature, CONTENT, await trusting(t, expired, minimal)), 'good');
});

test('a revoked signing sub-key is a "no"', async (t) => {
  const gpg = await gpgFor(t);
  const fingerprint = await withSubkey(gpg, 'never');
  const signature = await gpg.sign(fingerprint, CONTENT, [], FEBRUARY);
  const before = await gpg.exportKey(fingerprint);
  t.is(await answer(signature, CONTENT, await trusting(t, before)), 'good');
  const edited = await gpg.run(['--no-batch', '--command-fd', '0', '--edit-key', fingerprint], {
    input: 'key 1\nrevkey\ny\n1\n\ny\nsave\n',
  });
  const after = await gpg.exportKey(fingerprint);
  t.is(await answer(signature, CONTENT, await trusting(t, after)), 'revoked-key', edited.stderr);
  t.is(await answer(signature, CONTENT, await trusting(t, before, after)), 'revoked-key');
});
