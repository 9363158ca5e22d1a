import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { S6tsError } from '../../../src/base/error.js';
import { silent } from '../../../src/base/progress.js';
import { parseArchitecture } from '../../../src/overlay/architecture.js';
import type { Lock } from '../../../src/overlay/lock.js';
import { fetchLocked } from '../../../src/overlay/source/debian/packages.js';
import type { PackagesOptions } from '../../../src/overlay/source/debian/packages-options.js';
import { resolvePackages } from '../../../src/overlay/source/debian/resolve.js';
import {
  archiveKey,
  fakeMirror,
  INRELEASE,
  optionsFor,
  PACKAGES,
  type FakeMirror,
} from '../../harness/debian-mirror.js';
import { deafUrl } from '../../harness/http-server.js';

const AMD64 = parseArchitecture('amd64');
const RECIPE = { suite: 'trixie', component: 'main', roots: ['app'], without: ['left-out'] };
const WORLD = [
  { name: 'app', depends: 'lib-b (>= 1) | lib-c, lib-a, left-out' },
  { name: 'lib-a', version: '1.0-9', depends: 'lib-c' },
  { name: 'lib-a', version: '1.0-10', depends: 'lib-c' },
  { name: 'lib-c' },
  { name: 'left-out', depends: 'nowhere' },
  { name: 'bystander' },
];

async function resolveFailure(mirror: FakeMirror, more: Partial<PackagesOptions> = {}): Promise<S6tsError> {
  const error: unknown = await resolvePackages(RECIPE, AMD64, optionsFor(mirror, more)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof S6tsError) return error;
  throw new Error(`no S6tsError but ${String(error)}`);
}

test('roots and what they need are found: alternatives, the newest version, what is left out', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const packages = await resolvePackages(RECIPE, AMD64, optionsFor(mirror));
  t.deepEqual(
    packages.map(({ name, version }) => `${name} ${version}`),
    ['app 1.0-1', 'lib-a 1.0-10', 'lib-c 1.0-1'],
  );
  t.deepEqual(
    new Set(packages.map(({ vouchedBy }) => `${vouchedBy?.suite} ${vouchedBy?.date}`)),
    new Set(['trixie 2026-11-21T09:15:44Z']),
  );
  t.regex(packages[0]?.vouchedBy?.inReleaseSha256 ?? '', /^[0-9a-f]{64}$/);
});

test('a dependency that the index lacks is named, and who needs it', async (t) => {
  const mirror = await fakeMirror(t, [{ name: 'app', depends: 'ghost | spirit' }]);
  const error = await resolveFailure(mirror);
  t.is(error.code, 'package-missing');
  t.regex(error.message, /ghost \| spirit, which app needs/);
});

test('in the middle of a sync the hashed name, then another compression, still gives the right index', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const good = mirror.files.get(`${PACKAGES}.gz`) ?? Buffer.alloc(0);
  mirror.files.set(`${PACKAGES}.gz`, Buffer.from('of the next index'));
  t.is((await resolvePackages(RECIPE, AMD64, optionsFor(mirror))).length, 3);
  t.true(mirror.requests.some((path) => path.includes('/by-hash/SHA256/')));

  for (const path of [...mirror.files.keys()].filter((name) => name.includes('by-hash')))
    mirror.files.delete(path);
  t.is((await resolvePackages(RECIPE, AMD64, optionsFor(mirror))).length, 3);
  t.is(mirror.requests.at(-1), PACKAGES);
  t.not(good.length, 0);
});

test('an index that does not match in any form is called a sync, and not used', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  for (const path of mirror.files.keys()) {
    if (path.includes('binary-amd64')) mirror.files.set(path, Buffer.from('Package: app\n'));
  }
  const error = await resolveFailure(mirror);
  t.is(error.code, 'index-mid-sync');
  t.regex(error.message, /amd64/);
  t.regex(error.hint ?? '', /middle of a sync/);
});

test('an index signed by a key that we do not have is refused', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  await mirror.publish({ signers: [await archiveKey()] });
  t.is((await resolveFailure(mirror)).code, 'index-signature');
});

test('of several signatures one that is trusted is enough, wherever it stands', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const stranger = await archiveKey();
  for (const signers of [
    [stranger, mirror.key],
    [mirror.key, stranger],
  ]) {
    await mirror.publish({ signers });
    t.is((await resolvePackages(RECIPE, AMD64, optionsFor(mirror))).length, 3);
  }
});

test('a signature from the future: the clock is named', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const error = await resolveFailure(mirror, { now: new Date('2025-06-01') });
  t.is(error.code, 'index-signature');
  t.regex(error.message, /in the future/);
  t.regex(error.hint ?? '', /clock/);
});

test('one changed letter under the signature is enough to refuse', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const text = Buffer.from(mirror.files.get(INRELEASE) ?? []).toString();
  mirror.files.set(INRELEASE, Buffer.from(text.replace('Origin: Debian', 'Origin: Debiam')));
  t.is((await resolveFailure(mirror)).code, 'index-signature');
});

test('text outside the signature is not used', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const text = Buffer.from(mirror.files.get(INRELEASE) ?? []).toString();
  const forged =
    'SHA256:\n 0000000000000000000000000000000000000000000000000000000000000000 1 main/binary-amd64/Packages\n';
  for (const spoiled of [`${forged}\n${text}`, `${text}\n${forged}`]) {
    mirror.files.set(INRELEASE, Buffer.from(spoiled));
    const result = await resolvePackages(RECIPE, AMD64, optionsFor(mirror)).catch((error: unknown) => error);
    if (Array.isArray(result)) t.is(result.length, 3);
    else t.is((result as S6tsError).code, 'index-signature');
  }
});

test('an index past its Valid-Until, and one signed by a key that has expired since, are refused', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const soon = new Date(Date.now() + 3_600_000).toUTCString().replace('GMT', 'UTC');
  const late = new Date(Date.now() + 7_200_000);
  await mirror.publish({ validUntil: soon });
  t.is((await resolvePackages(RECIPE, AMD64, optionsFor(mirror))).length, 3);
  const error = await resolveFailure(mirror, { now: late });
  t.is(error.code, 'index-expired');
  t.true(error.message.includes(`valid until ${soon}`), error.message);

  const shortLived = await archiveKey(new Date(Date.now() - 60_000), 3600);
  await writeFile(join(mirror.keys, 'short.asc'), shortLived.toPublic().armor());
  await mirror.publish({ signers: [shortLived] });
  t.is((await resolvePackages(RECIPE, AMD64, optionsFor(mirror))).length, 3);
  const expired = await resolveFailure(mirror, { now: late });
  t.is(expired.code, 'index-signature');
  t.regex(expired.message, /expired/);
});

test('an index older than one seen before is refused, whoever signed it', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  t.is((await resolvePackages(RECIPE, AMD64, optionsFor(mirror))).length, 3);
  await mirror.publish({ date: 'Sat, 14 Nov 2026 09:15:44 UTC' });
  const error = await resolveFailure(mirror);
  t.is(error.code, 'index-rollback');
  t.regex(error.message, /2026-11-14.*2026-11-21/);
});

test('the index of another suite under this name is refused', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  await mirror.publish({ codename: 'bookworm' });
  const error = await resolveFailure(mirror);
  t.is(error.code, 'index-other-suite');
  t.regex(error.message, /bookworm/);
});

test('a mirror that does not answer, or has no such suite, is said to be that', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const deaf = await deafUrl();
  const silentMirror = await resolveFailure(mirror, { mirror: () => Promise.resolve(deaf) });
  t.is(silentMirror.code, 'mirror-unreachable');
  t.regex(silentMirror.hint ?? '', /--mirror URL/);
  mirror.files.delete(INRELEASE);
  t.is((await resolveFailure(mirror)).code, 'mirror-incomplete');
});

test('a locked package is fetched once, checked, and taken from the cache after that', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const lock = await lockOf(mirror);
  const before = mirror.requests.length;
  t.is((await fetchLocked(lock, AMD64, optionsFor(mirror))).length, 3);
  t.is(mirror.requests.length, before + 3);
  mirror.files.clear();
  const again = await fetchLocked(lock, AMD64, optionsFor(mirror));
  t.is(mirror.requests.length, before + 3);
  t.deepEqual(
    again.map((each) => each.package.name),
    ['app', 'lib-a', 'lib-c'],
  );

  const [first] = again;
  await writeFile(join(mirror.cache, 'pool', first?.package.sha256 ?? ''), 'spoiled on the disk');
  const error = await t.throwsAsync(fetchLocked(lock, AMD64, optionsFor(mirror, { frozen: true })));
  t.regex(error.message, /404/, 'the spoiled copy is not used');
});

test('a package with another hash than the lock says is refused', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const lock = await lockOf(mirror);
  const path = `/${lock.architectures['amd64']?.[0]?.path ?? ''}`;
  const bytes = Buffer.from(mirror.files.get(path) ?? []);
  bytes[80] = (bytes[80] ?? 0) ^ 1;
  mirror.files.set(path, bytes);
  const error = await t.throwsAsync(fetchLocked(lock, AMD64, optionsFor(mirror)), { instanceOf: S6tsError });
  t.is(error.code, 'mirror-mismatch');
  t.regex(error.message, /SHA-256/);
});

test('a pinned file that has gone is replaced by what the signed index has, with a warning; not when frozen', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const lock = await lockOf(mirror);
  mirror.files.delete(`/${lock.architectures['amd64']?.[2]?.path ?? ''}`);
  await mirror.publish({
    packages: [...WORLD, { name: 'lib-c', version: '2.0-1', files: { '/new': 'content' } }],
  });
  mirror.files.delete(`/${lock.architectures['amd64']?.[2]?.path ?? ''}`);
  const warnings: string[] = [];
  const progress = { ...silent, warn: (text: string) => warnings.push(text) };
  const fetched = await fetchLocked(lock, AMD64, optionsFor(mirror, { progress }));
  t.is(fetched[2]?.package.version, '2.0-1');
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /signed index of trixie instead of the lock/);

  const error = await t.throwsAsync(fetchLocked(lock, AMD64, optionsFor(mirror, { frozen: true })), {
    instanceOf: S6tsError,
  });
  t.is(error.code, 'lock-stale');
});

test('an architecture that the lock lacks comes by the signed index, with a warning; not when frozen', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const lock: Lock = { ...(await lockOf(mirror)), architectures: {} };
  const warnings: string[] = [];
  const progress = { ...silent, warn: (text: string) => warnings.push(text) };
  t.is((await fetchLocked(lock, AMD64, optionsFor(mirror, { progress }))).length, 3);
  t.regex(warnings.join('\n'), /no packages for amd64; asking the signed index/);
  const error = await t.throwsAsync(fetchLocked(lock, AMD64, optionsFor(mirror, { frozen: true })), {
    instanceOf: S6tsError,
  });
  t.is(error.code, 'lock-incomplete');
  t.regex(error.hint ?? '', /--frozen/);
});

test('a cache that cannot be written, or holds folders for files, is said once and stops nothing', async (t) => {
  const mirror = await fakeMirror(t, WORLD);
  const lock = await lockOf(mirror);
  const count = lock.architectures['amd64']?.length ?? 0;
  t.true(count > 1);
  const file = join(mirror.cache, 'in-the-way');
  await writeFile(file, '');
  const folders = join(mirror.cache, 'folders');
  for (const { sha256 } of lock.architectures['amd64'] ?? [])
    await mkdir(join(folders, 'pool', sha256), { recursive: true });
  for (const [cache, reason] of [
    [file, /not a folder|exists already/],
    [folders, /it is a folder/],
  ] as const) {
    const warnings: string[] = [];
    const progress = { ...silent, warn: (text: string) => warnings.push(text) };
    const fetched = await fetchLocked(lock, AMD64, optionsFor(mirror, { cache, progress }));
    t.is(fetched.length, count);
    t.is(warnings.length, 1, warnings.join());
    t.regex(warnings[0] ?? '', reason);
  }
});

async function lockOf(mirror: FakeMirror): Promise<Lock> {
  const packages = await resolvePackages(RECIPE, AMD64, optionsFor(mirror));
  return { schema: 1, ...RECIPE, date: '2026-11-21T09:15:44Z', architectures: { amd64: packages } };
}
