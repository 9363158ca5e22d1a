import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  mkdirSync,
  writeFileSync,
} from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { silent } from '../../src/base/progress.js';
import { S6tsError } from '../../src/base/error.js';
import { cacheFolder } from '../../src/base/user-folders.js';
import { parseArchitecture } from '../../src/overlay/architecture.js';
import { formatChecksums, parseChecksums } from '../../src/overlay/checksums.js';
import { readLock, SKAWARE_LOCK, writeLock } from '../../src/overlay/lock.js';
import { releaseFor, type StoreOptions } from '../../src/overlay/release-store.js';
import { makeKey } from '../../src/overlay/signature/key-store.js';

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
  t.true(first.built);
  t.regex(notes.join('\n'), /no overlay .* for amd64 in the cache yet/);
  t.false(existsSync(`${first.file}.sig`), 'this user has no key');
  const bytes = await readFile(first.file);

  t.deepEqual(await releaseFor(AMD64, user), { file: first.file, built: false });
  t.is(notes.length, 1);

  appendFileSync(first.file, 'x');
  t.deepEqual(await releaseFor(AMD64, user), { file: first.file, built: true });
  t.deepEqual(await readFile(first.file), bytes);
});

test('damaged checksums in the cache make it built anew, not fail', async (t) => {
  const user = userOf(folder(t));
  const { file } = await releaseFor(AMD64, user);
  writeFileSync(join(file, '..', 'SHA256SUMS'), 'half a li');
  t.deepEqual(await releaseFor(AMD64, user), { file, built: true });
  t.deepEqual(await releaseFor(AMD64, user), { file, built: false });
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
