import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { gpgFor, temporaryFolder } from '../harness/gpg.js';
import { jsonOf, s6ts } from '../harness/s6ts.js';

const KEYGEN = ['keygen', '--name', 'Jane Doe', '--email', 'jane@example.org'];

interface Place {
  readonly folder: string;
  readonly config: string;
  readonly env: NodeJS.ProcessEnv;
}

async function place(t: ExecutionContext): Promise<Place> {
  const folder = await temporaryFolder(t);
  return { folder, config: join(folder, 'config', 's6ts'), env: { XDG_CONFIG_HOME: join(folder, 'config') } };
}

test('keygen, sign and verify, as typed: who, which key, when', async (t) => {
  const { folder, config, env } = await place(t);
  const made = await s6ts([...KEYGEN, '--no-passphrase'], env);
  t.is(made.code, 0, made.stderr);
  const fingerprint = /fingerprint ([0-9A-F]{40})/.exec(made.stdout)?.[1] ?? 'none';
  t.is((await stat(config)).mode & 0o7777, 0o700);
  t.is((await stat(join(config, 'private.asc'))).mode & 0o7777, 0o600);
  t.is((await stat(join(config, 'public.asc'))).mode & 0o7777, 0o644);
  t.deepEqual((await readdir(config)).sort(), ['private.asc', 'public.asc']);
  await writeFile(join(folder, 'one'), '1');
  await writeFile(join(folder, 'two'), '2');
  const signed = await s6ts(['sign', 'one', 'two'], env, folder);
  t.is(signed.code, 0, signed.stderr);
  for (const name of ['one', 'two']) {
    const good = await s6ts(['verify', `${name}.sig`], env, folder);
    t.is(good.code, 0, good.stderr);
    t.regex(
      good.stdout,
      new RegExp(
        `^good: ${name}\n.*Jane Doe <jane@example.org>\n.*${fingerprint}\n.*20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC\n  trusted because of ${config}/public\\.asc\n$`,
      ),
    );
  }
  const json = await s6ts(['verify', 'one.sig', '--json'], env, folder);
  t.like(jsonOf(json), { good: true, file: 'one', verdict: { kind: 'good', signer: { fingerprint } } });
  const swapped = await s6ts(['verify', 'one.sig', 'two'], env, folder);
  t.is(swapped.code, 1);
  t.regex(swapped.stdout, /NOT good: two: .*changed/);
  const swappedJson = await s6ts(['verify', 'one.sig', 'two', '--json'], env, folder);
  t.is(swappedJson.code, 1);
  t.like(jsonOf(swappedJson), { good: false, verdict: { kind: 'bad', reason: 'changed' } });
});

test('verify: a missing or unreadable file is 2, with and without --json; what is no signature is 1', async (t) => {
  const { folder, env } = await place(t);
  await writeFile(join(folder, 'file'), 'x');
  await writeFile(join(folder, 'file.sig'), 'x');
  await writeFile(join(folder, 'lonely.sig'), 'x');
  await mkdir(join(folder, 'sub.sig'));
  await writeFile(join(folder, 'empty.asc'), '');
  await writeFile(join(folder, 'empty'), '');
  for (const [args, code] of [
    [['missing.sig'], 2],
    [['lonely.sig'], 2],
    [['file.sig', 'missing'], 2],
    [['sub.sig', 'file'], 2],
    [['file.sig', '.'], 2],
    [['file'], 2],
    [['.sig'], 2],
    [['file.sig', '--key', 'missing.asc'], 2],
    [['file.sig', '--key', 'file'], 2],
    [['file.sig', '--rebuild', 'file'], 2],
    [['file.sig'], 1],
    [['empty.asc'], 1],
  ] as const) {
    const plain = await s6ts(['verify', ...args], env, folder);
    t.is(plain.code, code, `${args.join(' ')}: ${plain.stderr}${plain.stdout}`);
    const json = await s6ts(['verify', ...args, '--json'], env, folder);
    t.is(json.code, code, `${args.join(' ')} --json`);
    t.regex(json.stdout, code === 2 ? /^\{\s+"error"/ : /^\{\s+"good": false/);
    t.truthy(jsonOf(json));
  }
});

test('a key is trusted because it is given, or in trusted/*.asc; several --key, before or after', async (t) => {
  const gpg = await gpgFor(t);
  const { folder, config, env } = await place(t);
  const [one, two] = [await gpg.key('One <1@x.org>', 'ed25519'), await gpg.key('Two <2@x.org>', 'ed25519')];
  const [oneFile, twoFile] = [await gpg.exportKey(one), await gpg.exportKey(two)];
  await writeFile(join(folder, 'file'), 'content');
  await writeFile(join(folder, 'file.asc'), await gpg.sign(two, 'content', ['--armor']));
  const verify = async (...args: string[]): Promise<number> =>
    (await s6ts(['verify', ...args], env, folder)).code;
  t.is(await verify('file.asc'), 1);
  t.is(await verify('file.asc', '--key', oneFile), 1);
  t.is(await verify('file.asc', '--key', oneFile, '--key', twoFile), 0);
  t.is(await verify('--key', twoFile, 'file.asc', 'file'), 0);
  await mkdir(join(config, 'trusted'), { recursive: true });
  await writeFile(join(config, 'trusted', 'two.txt'), await readFile(twoFile));
  t.is(await verify('file.asc'), 1);
  await writeFile(join(config, 'trusted', 'two.asc'), await readFile(twoFile));
  t.is(await verify('file.asc'), 0);
  await writeFile(join(config, 'trusted', 'broken.asc'), 'no key');
  const broken = await s6ts(['verify', 'file.asc'], env, folder);
  t.is(broken.code, 2);
  t.regex(broken.stderr, /broken\.asc/);
});

test('keygen never overwrites, whichever of the two is there, and leaves nothing half-made', async (t) => {
  for (const name of ['private.asc', 'public.asc']) {
    const { config, env } = await place(t);
    await mkdir(config, { recursive: true });
    await writeFile(join(config, name), 'mine');
    const { code, stderr } = await s6ts([...KEYGEN, '--no-passphrase'], env);
    t.is(code, 2);
    t.regex(stderr, new RegExp(`${name} exists already`));
    t.deepEqual(await readdir(config), [name]);
    t.is(await readFile(join(config, name), 'utf8'), 'mine');
  }
});

test('of two keygens at once, one wins, and its two files belong together', async (t) => {
  const { folder, config, env } = await place(t);
  const both = await Promise.all([
    s6ts([...KEYGEN, '--no-passphrase'], env),
    s6ts([...KEYGEN, '--no-passphrase'], env),
  ]);
  t.deepEqual(both.map(({ code }) => code).sort(), [0, 2]);
  t.deepEqual((await readdir(config)).sort(), ['private.asc', 'public.asc']);
  await writeFile(join(folder, 'file'), 'x');
  t.is((await s6ts(['sign', 'file'], env, folder)).code, 0);
  t.is((await s6ts(['verify', 'file.sig'], env, folder)).code, 0);
});

test('keygen refuses names and addresses that are none', async (t) => {
  const { folder, env } = await place(t);
  for (const [name, email] of [
    ['', 'a@b.org'],
    [' Jane', 'a@b.org'],
    ['Jane <x@y.org>', 'a@b.org'],
    ['Ja\nne', 'a@b.org'],
    ['Jane', 'nobody'],
    ['Jane', 'a@b@c'],
    ['Jane', 'a b@c.org'],
    ['Jane', ''],
    ['Jane', 'a@b'],
    ['Jane', 'a@b.'],
    ['Jane', 'a\\b@c.org'],
  ] as const) {
    const { code, stderr } = await s6ts(['keygen', '--name', name, '--email', email, '--no-passphrase'], env);
    t.is(code, 2, `${name} ${email}`);
    t.regex(stderr, /not a name|not an e-mail/);
  }
  t.deepEqual(await readdir(folder), []);
});

test('a passphrase: from a file, from S6TS_PASSPHRASE, else told how; nothing hangs without a terminal', async (t) => {
  const { folder, env } = await place(t);
  const without = await s6ts(KEYGEN, env);
  t.is(without.code, 2);
  t.regex(without.stderr, /--passphrase-file.*S6TS_PASSPHRASE.*--no-passphrase/);
  const both = await s6ts([...KEYGEN, '--no-passphrase', '--passphrase-file', 'x'], env);
  t.is(both.code, 2);
  const file = join(folder, 'passphrase');
  await writeFile(file, 'open sesame\n');
  await writeFile(join(folder, 'wrong'), 'open barley\n');
  await writeFile(join(folder, 'none'), '\n');
  t.is((await s6ts([...KEYGEN, '--passphrase-file', file], env)).code, 0);
  await writeFile(join(folder, 'file'), 'x');
  const sign = (args: string[], passphrase?: string): ReturnType<typeof s6ts> =>
    s6ts(
      ['sign', 'file', ...args],
      { ...env, ...(passphrase === undefined ? {} : { S6TS_PASSPHRASE: passphrase }) },
      folder,
    );
  for (const [args, passphrase, code, words] of [
    [[], undefined, 2, /locked by a passphrase[^]*--passphrase-file FILE or in S6TS_PASSPHRASE/],
    [[], '', 2, /locked by a passphrase/],
    [[], 'open barley', 2, /does not unlock/],
    [['--passphrase-file', 'wrong'], 'open sesame', 2, /does not unlock/],
    [['--passphrase-file', 'none'], 'open sesame', 2, /first line of none is empty/],
    [['--passphrase-file', 'missing'], 'open sesame', 2, /missing: no such file/],
    [[], 'open sesame', 0, /^/],
    [['--passphrase-file', 'passphrase'], 'open barley', 0, /^/],
  ] as const) {
    const signed = await sign([...args], passphrase);
    t.is(signed.code, code, signed.stderr);
    t.regex(signed.stderr, words);
  }
  t.is((await s6ts(['verify', 'file.sig'], env, folder)).code, 0);
});

test('sign: no key, a public key, several keys, an expired key, a missing file: each told, nothing written', async (t) => {
  const gpg = await gpgFor(t);
  const { folder, env } = await place(t);
  await writeFile(join(folder, 'file'), 'x');
  const none = await s6ts(['sign', 'file'], env, folder);
  t.is(none.code, 2);
  t.regex(none.stderr, /no key to sign with[^]*s6ts keygen/);
  const expired = await gpg.key('Old <o@x.org>', 'ed25519', { at: '20250101T000000', expires: '2025-02-01' });
  await gpg.key('New <n@x.org>', 'ed25519');
  const secrets = join(folder, 'secrets.asc');
  await gpg.run(['--armor', '--output', secrets, '--export-secret-keys']);
  const old = join(folder, 'old.asc');
  await gpg.run(['--armor', '--output', old, '--export-secret-keys', expired]);
  for (const [key, words] of [
    [await gpg.exportKey(expired), /holds a public key/],
    [secrets, new RegExp(`several private keys: .*${expired}.*export-secret-keys FINGERPRINT`, 's')],
    [old, /expired on 2025-02-01/],
    [join(folder, 'file'), /cannot read a key/],
    [join(folder, 'nowhere'), /no such file/],
  ] as const) {
    const { code, stderr } = await s6ts(['sign', 'file', '--key', key], env, folder);
    t.is(code, 2, stderr);
    t.regex(stderr, words);
  }
  t.is((await s6ts([...KEYGEN, '--no-passphrase'], env)).code, 0);
  t.is((await s6ts(['sign', 'missing'], env, folder)).code, 2);
  t.is((await s6ts(['sign', '.'], env, folder)).code, 2);
  t.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith('.sig')),
    [],
  );
});

test('a name with escapes of the terminal is shown harmless', async (t) => {
  const gpg = await gpgFor(t);
  const { folder, env } = await place(t);
  const key = await gpg.key('\u001b[2Jgood: <e@x.org>', 'ed25519');
  await writeFile(join(folder, 'file'), 'x');
  await writeFile(join(folder, 'file.sig'), await gpg.sign(key, 'x'));
  const { code, stdout } = await s6ts(['verify', 'file.sig', '--key', await gpg.exportKey(key)], env, folder);
  t.is(code, 0);
  t.false(stdout.includes('\u001b'));
});

test('keygen makes its files with these modes whatever the umask, and keeps the mode of a folder that is there', async (t) => {
  const { config, env } = await place(t);
  await mkdir(config, { recursive: true });
  await chmod(config, 0o750);
  t.is((await s6ts([...KEYGEN, '--no-passphrase'], env)).code, 0);
  t.is((await stat(config)).mode & 0o7777, 0o750);
  t.is((await stat(join(config, 'private.asc'))).mode & 0o7777, 0o600);
});
