import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { loadSigningKey } from '../../src/overlay/signature/signing-key.js';
import { publicKeyOf, signDetached } from '../../src/overlay/signature/sign.js';
import { makeKey } from '../../src/overlay/signature/key-store.js';
import { verifyDetached } from '../../src/overlay/signature/verify.js';
import { gpgFor, temporaryFolder, type Gpg } from '../harness/gpg.js';
import { answer, inPieces, ownKey, trusting } from '../harness/signing.js';

const CONTENT = 'line one\nline two \r\nüñí\0 and a last one without an end';

/** Lets gpg judge a signature; gives the fingerprints of the key that signed and of its primary key. */
async function judgedByGpg(
  gpg: Gpg,
  signature: Uint8Array,
  content: string,
): Promise<{ code: number; signed?: string; primary?: string }> {
  const [signatureFile, file] = [join(gpg.home, 'f.sig'), join(gpg.home, 'f')];
  await writeFile(signatureFile, signature);
  await writeFile(file, content);
  const { code, stdout } = await gpg.run(['--status-fd', '1', '--verify', signatureFile, file]);
  const valid = /VALIDSIG ([0-9A-F]+) .* ([0-9A-F]+)$/m.exec(stdout);
  return {
    code,
    ...(valid?.[1] === undefined ? {} : { signed: valid[1] }),
    ...(valid?.[2] === undefined ? {} : { primary: valid[2] }),
  };
}

test('gpg accepts what our own key signs, and refuses it over another content', async (t) => {
  const gpg = await gpgFor(t);
  const { key } = await ownKey(t);
  const imported = await gpg.run(['--import'], { input: publicKeyOf(key) });
  t.is(imported.code, 0, imported.stderr);
  const signature = await signDetached(inPieces(CONTENT), key, new Date());
  const { fingerprint } = key.signer;
  t.deepEqual(await judgedByGpg(gpg, signature, CONTENT), {
    code: 0,
    signed: fingerprint,
    primary: fingerprint,
  });
  t.is((await judgedByGpg(gpg, signature, `${CONTENT}!`)).code, 1);
});

test('gpg 2.2 imports the private key that keygen locks, and signs with it', async (t) => {
  const gpg = await gpgFor(t);
  const env = { XDG_CONFIG_HOME: await temporaryFolder(t), S6TS_PASSPHRASE: 'correct horse' };
  const made = await makeKey({
    name: 'Jörg Ñandú',
    email: 'j@example.org',
    noPassphrase: false,
    env,
    now: new Date(),
  });
  t.true(made.locked);
  const imported = await gpg.run(['--import', made.privateFile], { passphrase: 'correct horse' });
  t.is(imported.code, 0, imported.stderr);
  const signed = await gpg.run(['--local-user', made.fingerprint, '--output', '-', '--detach-sign'], {
    input: CONTENT,
    passphrase: 'correct horse',
  });
  t.is(signed.code, 0, signed.stderr);
  const verdict = await verifyDetached(
    signed.bytes,
    inPieces(CONTENT),
    await trusting(t, made.publicFile),
    new Date(),
  );
  t.like(verdict, { kind: 'good', signer: { userId: 'Jörg Ñandú <j@example.org>' } });
});

for (const algorithm of ['default', 'rsa3072', 'rsa4096', 'ed25519', 'nistp256']) {
  test(`signatures of gpg's ${algorithm} keys are good: binary, armoured, as text`, async (t) => {
    const gpg = await gpgFor(t);
    const usage = algorithm === 'default' ? 'default' : 'sign';
    const fingerprint = await gpg.key('Gnu User <gnu@example.org>', algorithm, { usage });
    const keys = await trusting(t, await gpg.exportKey(fingerprint));
    for (const args of [
      [],
      ['--armor'],
      ['--textmode'],
      ['--digest-algo', 'SHA256'],
      ['--digest-algo', 'SHA384'],
    ]) {
      const before = Date.now();
      const signature = await gpg.sign(fingerprint, CONTENT, args);
      const verdict = await verifyDetached(signature, inPieces(CONTENT), keys, new Date());
      t.like(
        verdict,
        { kind: 'good', signer: { userId: 'Gnu User <gnu@example.org>', fingerprint } },
        args.join(' '),
      );
      if (verdict.kind === 'good') t.true(Math.abs(verdict.made.getTime() - before) < 5000);
      t.is(await answer(signature, `${CONTENT}x`, keys), 'changed');
    }
  });
}

test('a binary key and a key of several armours in one file are read', async (t) => {
  const gpg = await gpgFor(t);
  const [one, two] = [await gpg.key('One <1@x.org>', 'ed25519'), await gpg.key('Two <2@x.org>', 'ed25519')];
  const both = join(gpg.home, 'both.asc');
  await writeFile(
    both,
    `${await readFile(await gpg.exportKey(one), 'utf8')}\nnext\n${await readFile(await gpg.exportKey(two), 'utf8')}`,
  );
  const binary = join(gpg.home, 'both.gpg');
  await writeFile(binary, (await gpg.run(['--export'])).bytes);
  const signature = await gpg.sign(two, CONTENT);
  t.is(await answer(signature, CONTENT, await trusting(t, both)), 'good');
  t.is(await answer(signature, CONTENT, await trusting(t, binary)), 'good');
});

for (const [name, args] of [
  ['all secrets', ['--export-secret-keys']],
  ['the sub-key alone, its primary key offline', ['--export-secret-subkeys']],
] as const) {
  test(`we sign with a gpg key that has a passphrase and a signing sub-key: ${name}`, async (t) => {
    const gpg = await gpgFor(t);
    const passphrase = 'a b  c ü';
    const primary = await gpg.key('Sub User <sub@example.org>', 'ed25519', { usage: 'cert', passphrase });
    const added = await gpg.run(['--quick-add-key', primary, 'rsa3072', 'sign'], { passphrase });
    t.is(added.code, 0, added.stderr);
    const file = join(gpg.home, 'secret.asc');
    const exported = await gpg.run(['--armor', '--output', file, ...args, primary], { passphrase });
    t.is(exported.code, 0, exported.stderr);
    const passphraseFile = join(gpg.home, 'passphrase');
    await writeFile(passphraseFile, `${passphrase}\nnot this\n`);
    const now = new Date();
    const key = await loadSigningKey({ file, env: {}, now, passphraseFile });
    t.is(key.signer.fingerprint, primary);
    t.not(key.signer.signingFingerprint, primary);
    const signature = await signDetached(inPieces(CONTENT), key, now);
    t.deepEqual(await judgedByGpg(gpg, signature, CONTENT), {
      code: 0,
      signed: key.signer.signingFingerprint,
      primary,
    });
    const verdict = await verifyDetached(
      signature,
      inPieces(CONTENT),
      await trusting(t, await gpg.exportKey(primary)),
      now,
    );
    t.like(verdict, { kind: 'good', signer: key.signer });
  });
}

test('the same content, key and date give the same bytes; a date before the key is raised to it', async (t) => {
  const gpg = await gpgFor(t);
  const { key } = await ownKey(t);
  await gpg.run(['--import'], { input: publicKeyOf(key) });
  const old = new Date('2020-01-01T00:00:00Z');
  const signature = await signDetached(Buffer.from(CONTENT), key, old);
  t.deepEqual(signature, await signDetached(inPieces(CONTENT, 3), key, old));
  t.deepEqual(signature, await signDetached(inPieces(CONTENT), key, key.notBefore));
  t.notDeepEqual(
    signature,
    await signDetached(inPieces(CONTENT), key, new Date(key.notBefore.getTime() + 2000)),
  );
  t.is((await judgedByGpg(gpg, signature, CONTENT)).code, 0);
});
