import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { S6tsError } from '../../src/base/error.js';
import { packagePath } from '../../src/base/package-root.js';
import { silent } from '../../src/base/progress.js';
import { buildReleaseFrom } from '../../src/overlay/build-release.js';
import { readKeyFile } from '../../src/overlay/signature/key-file.js';
import { makeKey, type KeygenOptions } from '../../src/overlay/signature/key-store.js';
import { givenPassphrase } from '../../src/overlay/signature/passphrase.js';
import { loadSigningKey } from '../../src/overlay/signature/signing-key.js';
import { trustedKeys } from '../../src/overlay/signature/trusted-keys.js';
import { gpgFor, temporaryFolder } from '../harness/gpg.js';
import { ownKey, trusting } from '../harness/signing.js';

function jane(env: NodeJS.ProcessEnv, more: Partial<KeygenOptions> = {}): KeygenOptions {
  return { name: 'Jane Doe', email: 'jane@example.org', noPassphrase: true, env, now: new Date(), ...more };
}

test("Debian's keys vouch for no release", async (t) => {
  const folder = packagePath('assets', 'keys', 'debian');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.asc'));
  t.true(names.length > 0);
  const trusted = new Set((await trusting(t)).map(({ key }) => key.getFingerprint()));
  for (const name of names) {
    for (const key of await readKeyFile(join(folder, name))) t.false(trusted.has(key.getFingerprint()), name);
  }
});

test('the configuration folder is that of XDG_CONFIG_HOME, which must be absolute, else ~/.config', async (t) => {
  const home = await temporaryFolder(t);
  const inHome = await makeKey(jane({ HOME: home }));
  t.is(inHome.privateFile, join(home, '.config', 's6ts', 'private.asc'));
  t.is(
    (await loadSigningKey({ env: { HOME: home, XDG_CONFIG_HOME: 'relative' }, now: new Date() })).signer
      .fingerprint,
    inHome.fingerprint,
  );
  const trusted = await trustedKeys({ files: [], env: { HOME: home } });
  t.true(trusted.some(({ files }) => files.includes(inHome.publicFile)));
});

test('a file that appears while keygen works is kept, and the other one is taken back', async (t) => {
  const home = await temporaryFolder(t);
  const folder = join(home, '.config', 's6ts');
  const prompt = async (): Promise<string> => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'public.asc'), 'another');
    return 'secret';
  };
  await t.throwsAsync(makeKey(jane({ HOME: home }, { noPassphrase: false, prompt })), { code: 'key-exists' });
  t.deepEqual(await readdir(folder), ['public.asc']);
  t.is(await readFile(join(folder, 'public.asc'), 'utf8'), 'another');
});

test('keygen: the file before the terminal, the terminal before S6TS_PASSPHRASE', async (t) => {
  const home = await temporaryFolder(t);
  const passphraseFile = join(home, 'passphrase');
  await writeFile(passphraseFile, 'from file\r\nmore');
  const prompt = (): Promise<string> => Promise.resolve('from terminal');
  for (const [more, opens] of [
    [{ passphraseFile, prompt }, 'from file'],
    [{ prompt }, 'from terminal'],
    [{}, 'from environment'],
  ] as const) {
    const env = { HOME: await temporaryFolder(t), S6TS_PASSPHRASE: 'from environment' };
    await makeKey(jane(env, { noPassphrase: false, ...more }));
    const load = (S6TS_PASSPHRASE: string): Promise<unknown> =>
      loadSigningKey({ env: { ...env, S6TS_PASSPHRASE }, now: new Date() });
    await t.notThrowsAsync(load(opens), opens);
    await t.throwsAsync(load('another'), { code: 'passphrase-wrong' });
  }
});

test('a key and a passphrase are never read without end', async (t) => {
  for (const reading of [
    readKeyFile('/dev/zero'),
    givenPassphrase({ passphraseFile: '/dev/zero', env: {} }),
  ]) {
    const error = await t.throwsAsync(reading, { instanceOf: S6tsError });
    t.is(error.code, 'file-too-large');
    t.is(error.what, '/dev/zero');
  }
});

test('a release is not signed with a date in the future: whoever verifies would refuse it', async (t) => {
  const { key, env } = await ownKey(t);
  const folder = join(env['XDG_CONFIG_HOME'] ?? '', 'out');
  const request = {
    architectures: ['amd64'],
    folder,
    elsewhere: 'go elsewhere',
    frozen: true,
    compression: 'fast' as const,
    key,
    env: { ...env, SOURCE_DATE_EPOCH: '4102444800' },
    now: new Date(),
    clock: () => new Date(),
    context: { progress: silent },
  };
  const error = await t.throwsAsync(buildReleaseFrom(request), { instanceOf: S6tsError });
  t.is(error.code, 'source-date');
  t.regex(error.message, /2100-01-01/);
  t.false(existsSync(folder));
});

test('a key whose signing secret is only a placeholder in the file is refused', async (t) => {
  const gpg = await gpgFor(t);
  const primary = await gpg.key('Stub <s@x.org>', 'ed25519', { usage: 'sign' });
  await gpg.run(['--quick-add-key', primary, 'ed25519', 'auth']);
  const file = join(gpg.home, 'stub.asc');
  await gpg.run(['--armor', '--output', file, '--export-secret-subkeys', primary]);
  const error = await t.throwsAsync(loadSigningKey({ file, env: {}, now: new Date() }));
  t.like(error, { code: 'key-unusable', what: file });
  t.regex(error.message, /secret of its signing key is not in the file/);
});
