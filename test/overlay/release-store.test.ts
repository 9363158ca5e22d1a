import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  mkdirSync,
  writeFileSync,
} from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { silent } from '../../src/base/progress.js';
import { S6tsError } from '../../src/base/error.js';
import { cacheFolder } from '../../src/base/user-folders.js';
import { parseArchitecture } from '../../src/overlay/architecture.js';
import { formatChecksums, parseChecksums } from '../../src/overlay/checksums.js';
import { readLock, SKAWARE_LOCK, writeLock } from '../../src/overlay/lock.js';
import { ownCode } from '../../src/overlay/own-code.js';
import { releaseFor, type StoreOptions } from '../../src/overlay/release-store.js';
import { makeKey } from '../../src/overlay/signature/key-store.js';
import { checkoutCopy } from '../harness/checkout.js';

const AMD64 = parseArchitecture('amd64');

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 's6ts-store-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A user with an empty cache, but for the packages that this machine has fetched already. */
function userOf(base: string, notes: string[] = []): StoreOptions {
  const env = { XDG_CACHE_HOME: join(base, 'cache'), XDG_CONFIG_HOME: join(base, 'config') };
  const pool = join(cacheFolder(process.env), 'pool');
  if (existsSync(pool) && !existsSync(join(cacheFolder(env), 'pool'))) {
    mkdirSync(cacheFolder(env), { recursive: true });
    symlinkSync(pool, join(cacheFolder(env), 'pool'));
  }
  return { env, now: new Date(), context: { progress: { ...silent, note: (text) => notes.push(text) } } };
}

test('a release is built once, said so, and found after that; a spoiled one is built anew', async (t) => {
  const notes: string[] = [];
  const user = userOf(folder(t), notes);
  const first = await releaseFor(AMD64, user);
  t.is(first.origin, 'built');
  t.regex(notes.join('\n'), /no overlay .* for amd64 in the cache yet/);
  t.false(existsSync(`${first.file}.sig`), 'this user has no key');
  const bytes = await readFile(first.file);

  t.deepEqual(await releaseFor(AMD64, user), { file: first.file, origin: 'cache' });
  t.is(notes.length, 1);

  appendFileSync(first.file, 'x');
  t.deepEqual(await releaseFor(AMD64, user), { file: first.file, origin: 'built' });
  t.deepEqual(await readFile(first.file), bytes);
});

test('damaged checksums in the cache make it built anew, not fail', async (t) => {
  const user = userOf(folder(t));
  const { file } = await releaseFor(AMD64, user);
  writeFileSync(join(file, '..', 'SHA256SUMS'), 'half a li');
  t.deepEqual(await releaseFor(AMD64, user), { file, origin: 'built' });
  t.deepEqual(await releaseFor(AMD64, user), { file, origin: 'cache' });
});

test('another date or another key is another release; who has a key gets it signed', async (t) => {
  const base = folder(t);
  const user = userOf(base);
  const plain = await releaseFor(AMD64, user);
  const dated = await releaseFor(AMD64, { ...user, env: { ...user.env, SOURCE_DATE_EPOCH: '1700000000' } });
  t.not(dated.file, plain.file);
  await makeKey({ name: 'Me', email: 'me@example.org', env: user.env, now: new Date(), noPassphrase: true });
  const signed = await releaseFor(AMD64, { ...user, now: new Date() });
  t.not(signed.file, plain.file);
  t.true(existsSync(`${signed.file}.sig`));
  t.deepEqual(await readFile(signed.file), await readFile(plain.file));

  const again = { ...user, now: new Date() };
  t.is((await releaseFor(AMD64, again)).origin, 'cache');
  const signature = await readFile(`${signed.file}.sig`);
  const flipped = Buffer.from(signature);
  flipped[flipped.length - 5] = (flipped.at(-5) ?? 0) ^ 1;
  for (const spoilt of [signature.subarray(0, 40), Buffer.of(), flipped, undefined]) {
    if (spoilt === undefined) rmSync(`${signed.file}.sig`);
    else await writeFile(`${signed.file}.sig`, spoilt);
    t.is((await releaseFor(AMD64, again)).origin, 'built');
    t.is((await readFile(`${signed.file}.sig`)).length, signature.length);
  }
  // A key that ran out since is no damage: who uses the release is told of it.
  t.is((await releaseFor(AMD64, { ...again, now: new Date('2090-01-01') })).origin, 'cache');
});

test('in a checkout another line of code or text is another release; what is installed goes by its version', async (t) => {
  const [root, code] = [folder(t), folder(t)];
  mkdirSync(join(code, 'deep'));
  writeFileSync(join(code, 'deep/tree.js'), 'one');
  const installed = await ownCode(root, [code]);
  mkdirSync(join(root, 'src'));
  const before = await ownCode(root, [code]);
  t.is(await ownCode(root, [code]), before);
  writeFileSync(join(code, 'deep/tree.js'), 'two');
  t.is(new Set([installed, before, await ownCode(root, [code])]).size, 3);
  rmSync(join(root, 'src'), { recursive: true });
  t.is(await ownCode(root, [code]), installed);
});

test('the release of a checkout whose code changed is built anew; that of an installed s6ts is found again', async (t) => {
  const base = folder(t);
  const copy = join(base, 's6ts');
  await checkoutCopy(copy);
  const code = pathToFileURL(join(copy, 'dist/overlay/release-store.js')).href;
  const { releaseFor: copied } = (await import(code)) as { releaseFor: typeof releaseFor };
  const user = userOf(base);
  const places: string[] = [];
  const look = async (): Promise<string> => {
    const { file, origin } = await copied(AMD64, user);
    if (origin === 'built') places.push(file);
    return file;
  };
  const installed = await look();
  mkdirSync(join(copy, 'src'));
  const checkout = await look();
  appendFileSync(join(copy, 'dist/overlay/layout.js'), '// another line\n');
  const changed = await look();
  t.deepEqual(places, [installed, checkout, changed]);
  t.is(new Set(places).size, 3);
  t.is(await look(), changed);
  rmSync(join(copy, 'src'), { recursive: true });
  t.is(await look(), installed);
  t.is(places.length, 3);
});

test('checksums are read as they are written; a line that is none is named', (t) => {
  const sums = new Map([
    ['b.tar.gz', 'b'.repeat(64)],
    ['a.tar.gz', 'a'.repeat(64)],
  ]);
  const sorted = new Map([...sums].reverse());
  const text = formatChecksums(sums);
  t.is(text, `${'a'.repeat(64)} *a.tar.gz\n${'b'.repeat(64)} *b.tar.gz\n`);
  t.deepEqual(new Map(parseChecksums(text, 'SUMS')), sorted);
  for (const bad of [`${text}rubbish\n`, `${text}${'a'.repeat(64)} *a.tar.gz\n`]) {
    t.throws(() => parseChecksums(bad, 'SUMS'), { instanceOf: S6tsError, message: /^SUMS:3: / });
  }
});

test('a lock is read as it is written; every fault of a bad one is listed', async (t) => {
  const lock = await readLock(SKAWARE_LOCK);
  const path = join(folder(t), 'lock.json');
  await writeLock(path, lock);
  t.deepEqual(await readLock(path), lock);
  const [first, ...rest] = lock.architectures['amd64'] ?? [];
  const spoiled = {
    ...lock,
    schema: 2,
    date: 'yesterday',
    architectures: {
      amd64: [
        { ...first, path: 'pool/../../etc/x.deb', sha256: 'short', size: -1, vouchedBy: 'me' },
        ...rest,
      ],
    },
  };
  await writeFile(path, JSON.stringify(spoiled));
  const error = await t.throwsAsync(readLock(path), { instanceOf: S6tsError });
  t.is(error.code, 'lock-malformed');
  for (const fault of [
    'schema',
    'date',
    'amd64[0].path',
    'amd64[0].sha256',
    'amd64[0].size',
    'amd64[0].vouchedBy',
  ]) {
    t.true(error.message.includes(fault), fault);
  }
  await writeFile(path, '{');
  t.is((await t.throwsAsync(readLock(path), { instanceOf: S6tsError })).code, 'lock-malformed');
});

test('the lock names no host: what it pins can come from any mirror', async (t) => {
  t.notRegex(await readFile(SKAWARE_LOCK, 'utf8'), /https?:|\/\//);
});

test('the release that s6ts carries is used before one is built, after one’s own, and never when it is damaged', async (t) => {
  const base = folder(t);
  const notes: string[] = [];
  const plain = userOf(base, notes);
  const embedded = join(base, 'embedded');
  const { file } = await releaseFor(AMD64, plain);
  cpSync(dirname(file), embedded, { recursive: true });
  const carried = join(embedded, basename(file));
  t.deepEqual(await releaseFor(AMD64, { ...plain, embedded }), { file, origin: 'cache' });

  const other = userOf(join(base, 'other'), notes);
  t.deepEqual(await releaseFor(AMD64, { ...other, embedded }), { file: carried, origin: 'embedded' });
  const own = { ...other.env, SKAWARE_SOURCE: join(base, 'nowhere') };
  await t.throwsAsync(releaseFor(AMD64, { ...other, env: own, embedded }), { code: 'skaware-source' });

  await writeFile(carried, 'damaged');
  const warnings: string[] = [];
  const context = { progress: { ...silent, warn: (text: string) => warnings.push(text) } };
  const built = await releaseFor(AMD64, { ...other, context, embedded });
  t.is(built.origin, 'built');
  t.regex(warnings.join('\n'), /is damaged, and left alone/);
});
