import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { cacheFolder } from '../../src/base/user-folders.js';
import { gpgFor, temporaryFolder } from '../harness/gpg.js';
import { jsonOf, s6ts } from '../harness/s6ts.js';

const PASSPHRASE = 'correct horse';

for (const algorithm of ['rsa3072', 'rsa4096', 'ed25519']) {
  test(`an armoured ${algorithm} key of gpg with a passphrase and a sub-key signs; gpg accepts it`, async (t) => {
    const gpg = await gpgFor(t);
    const folder = await temporaryFolder(t);
    const passphrase = PASSPHRASE;
    const primary = await gpg.key('Jane <jane@example.org>', algorithm, { usage: 'cert', passphrase });
    t.is((await gpg.run(['--quick-add-key', primary, algorithm, 'sign'], { passphrase })).code, 0);
    const exported = await gpg.run(['--armor', '--export-secret-keys', primary], { passphrase });
    const [key, word, file] = [join(folder, 'key.asc'), join(folder, 'word'), join(folder, 'file')];
    writeFileSync(key, exported.stdout);
    writeFileSync(word, `${passphrase}\n`);
    writeFileSync(file, 'content');
    const byFile = await s6ts(['sign', file, '--key', key, '--passphrase-file', word]);
    t.is(byFile.code, 0, byFile.stderr);
    t.is((await gpg.run(['--verify', `${file}.sig`, file])).code, 0);
    const byEnv = await s6ts(['sign', file, '--key', key], { S6TS_PASSPHRASE: passphrase });
    t.is(byEnv.code, 0, byEnv.stderr);
    const wrong = await s6ts(['sign', file, '--key', key, '--json'], { S6TS_PASSPHRASE: 'other' });
    t.is(wrong.code, 2);
    t.is((jsonOf(wrong) as { error: { code: string } }).error.code, 'passphrase-wrong');
  });
}

test("--gpg lets the user's own agent sign with a key whose passphrase s6ts never sees", async (t) => {
  const gpg = await gpgFor(t);
  const folder = await temporaryFolder(t);
  const passphrase = PASSPHRASE;
  const primary = await gpg.key('Jane <jane@example.org>', 'ed25519', { passphrase });
  // The agent has it in its cache from now on, as after a pinentry.
  await gpg.run(['--local-user', primary, '--output', '-', '--detach-sign'], { input: 'x', passphrase });
  const file = join(folder, 'file');
  writeFileSync(file, 'content');
  const env = { GNUPGHOME: gpg.home };
  const signed = await s6ts(['sign', file, '--gpg', 'jane@example.org', '--json'], env);
  t.is(signed.code, 0, signed.stdout + signed.stderr);
  t.is((jsonOf(signed) as { signer: { fingerprint: string } }).signer.fingerprint, primary);
  t.is((await gpg.run(['--verify', `${file}.sig`, file])).code, 0);
  const checked = await s6ts(['verify', `${file}.sig`, '--key', await gpg.exportKey(primary)]);
  t.is(checked.code, 0, checked.stdout);
  const unknown = await s6ts(['sign', file, '--gpg', 'nobody@example.org', '--json'], env);
  t.is(unknown.code, 2);
  t.is((jsonOf(unknown) as { error: { code: string } }).error.code, 'gpg-key');
  const without = await s6ts(['sign', file, '--gpg', primary, '--json'], {
    PATH: folder,
    GNUPGHOME: gpg.home,
  });
  t.is((jsonOf(without) as { error: { code: string } }).error.code, 'gpg-missing');
});

test('build-release --gpg: the whole release signed through the agent, accepted by gpg and by verify', async (t) => {
  const gpg = await gpgFor(t);
  const folder = await temporaryFolder(t);
  const out = join(folder, 'out');
  const primary = await gpg.key('Jane <jane@example.org>', 'ed25519');
  const args = ['build-release', '--arch', 'amd64', '--out', out, '--json', '--gpg'];
  const env = {
    GNUPGHOME: gpg.home,
    XDG_CONFIG_HOME: folder,
    XDG_CACHE_HOME: join(cacheFolder(process.env), '..'),
  };
  const built = await s6ts([...args, primary], env);
  t.is(built.code, 0, built.stdout + built.stderr);
  t.deepEqual((jsonOf(built) as { signedBy: unknown }).signedBy, {
    userId: 'Jane <jane@example.org>',
    fingerprint: primary,
  });
  const signatures = readdirSync(out).filter((name) => name.endsWith('.sig'));
  t.is(signatures.length, 7, 'two tarballs with two files about each, and the checksums');
  const key = join(out, 's6-overlay-key.asc');
  for (const name of signatures) {
    const signed = join(out, name.slice(0, -'.sig'.length));
    t.is((await gpg.run(['--verify', join(out, name), signed])).code, 0, name);
  }
  const checked = await s6ts(['verify', join(out, 's6-overlay-amd64.tar.gz.sig'), '--key', key], env);
  t.is(checked.code, 0, checked.stderr);
  const unknown = await s6ts([...args, 'nobody@example.org'], env);
  t.is(unknown.code, 2, unknown.stdout);
  t.is((jsonOf(unknown) as { error: { code: string } }).error.code, 'gpg-key');
});

test('a signature that does not fit is never written: here by a gpg that signs something else', async (t) => {
  const gpg = await gpgFor(t);
  const folder = await temporaryFolder(t);
  const primary = await gpg.key('Jane <jane@example.org>', 'ed25519');
  const file = join(folder, 'file');
  writeFileSync(file, 'content');
  const real = execFileSync('which', ['gpg'], { encoding: 'utf8' }).trim();
  const lying = `#!/bin/sh\ncase "$*" in *--detach-sign*) echo other | ${real} "$@";; *) exec ${real} "$@";; esac\n`;
  writeFileSync(join(folder, 'gpg'), lying, { mode: 0o755 });
  const env = { GNUPGHOME: gpg.home, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  const result = await s6ts(['sign', file, '--gpg', primary, '--json'], env);
  t.is(result.code, 2, result.stdout);
  t.throws(() => readFileSync(`${file}.sig`), { code: 'ENOENT' });
});

test("a key's end is told three months ahead, and not before", async (t) => {
  const gpg = await gpgFor(t);
  const folder = await temporaryFolder(t);
  const file = join(folder, 'file');
  writeFileSync(file, 'content');
  for (const [expires, warned] of [
    ['60d', true],
    ['200d', false],
  ] as const) {
    const primary = await gpg.key(`In ${expires} <e@example.org>`, 'ed25519', { expires });
    const key = join(folder, expires);
    writeFileSync(key, (await gpg.run(['--armor', '--export-secret-keys', primary])).stdout);
    const { stderr, code } = await s6ts(['sign', file, '--key', key]);
    t.is(code, 0, stderr);
    t.is(/warning: the key of In 60d .* expires on \d{4}-/.test(stderr), warned, stderr);
  }
});
