import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { S6tsError } from '../../../src/base/error.js';
import { parseArchitectures } from '../../../src/overlay/architecture.js';
import { readLock, writeLock, type Lock } from '../../../src/overlay/lock.js';
import { fetchLocked } from '../../../src/overlay/source/debian/packages.js';
import { refreshLock, type RefreshedLock } from '../../../src/overlay/source/debian/refresh.js';
import {
  fakeMirror,
  optionsFor,
  UNPINNED,
  type FakeMirror,
  type FakePackage,
} from '../../harness/debian-mirror.js';

const ARCHITECTURES = parseArchitectures(['amd64', 'x86']);
const BOTH = ['amd64', 'i386'];
const ONE_TRY = { fetch: { attempts: 1, idleMs: 1000 } };
const world = (version: string): FakePackage[] => [
  { name: 'app', version, depends: 'headers' },
  { name: 'headers', forAll: true },
];

function refresh(mirror: FakeMirror, lock: Lock, allowUnvouched = false): Promise<RefreshedLock> {
  return refreshLock(lock, ARCHITECTURES, { ...optionsFor(mirror, ONE_TRY), allowUnvouched });
}

/** The InRelease tells of version 2 for both, but the index of i386 is still that of version `theirs`. */
async function behind(mirror: FakeMirror, theirs: string): Promise<void> {
  await mirror.publish({ packages: world(theirs), architectures: BOTH });
  const i386 = [...mirror.files].filter(([path]) => path.includes('binary-i386/Packages'));
  await mirror.publish({ packages: world('2'), architectures: BOTH, date: 'Sun, 22 Nov 2026 10:00:00 UTC' });
  for (const path of [...mirror.files.keys()].filter((each) => each.includes('binary-i386')))
    mirror.files.delete(path);
  for (const [path, bytes] of i386) mirror.files.set(path, bytes);
}

const told = ({ changes }: RefreshedLock): string[] =>
  changes.flatMap(({ architecture, changes: list }) =>
    list.map(({ name, from, to }) => `${architecture} ${name} ${from?.version ?? '-'} ${to?.version ?? '-'}`),
  );

test('a lock is renewed for each architecture, and what changed is told; a second time nothing has', async (t) => {
  const mirror = await fakeMirror(t);
  await mirror.publish({ packages: world('1'), architectures: BOTH });
  const first = await refresh(mirror, UNPINNED);
  t.deepEqual(told(first), ['amd64 app - 1', 'amd64 headers - 1.0-1', 'x86 app - 1', 'x86 headers - 1.0-1']);
  t.is(first.lock.date, '2026-11-21T09:15:44Z');
  await mirror.publish({
    packages: [{ name: 'app', version: '2' }],
    architectures: BOTH,
    date: 'Sun, 22 Nov 2026 10:00:00 UTC',
  });
  const second = await refresh(mirror, first.lock);
  t.deepEqual(told(second), ['amd64 app 1 2', 'amd64 headers 1.0-1 -', 'x86 app 1 2', 'x86 headers 1.0-1 -']);
  t.deepEqual(second.lock.architectures['x86']?.[0]?.vouchedBy?.date, '2026-11-22T10:00:00Z');
  t.is(second.lock.date, '2026-11-22T10:00:00Z');
  t.deepEqual(told(await refresh(mirror, second.lock)), []);
});

test('an architecture whose index belongs to no InRelease stays as it was, and only it', async (t) => {
  const mirror = await fakeMirror(t);
  await mirror.publish({ packages: world('1'), architectures: BOTH });
  const { lock } = await refresh(mirror, UNPINNED);
  await behind(mirror, '1');
  const refreshed = await refresh(mirror, lock);
  t.deepEqual(told(refreshed), ['amd64 app 1 2']);
  t.deepEqual(refreshed.lock.architectures['x86'], lock.architectures['x86']);
  t.regex(refreshed.changes[1]?.kept ?? '', /i386 matches the signed InRelease/);
});

test('--allow-unvouched locks what the mirror has, marked; the next good index heals it', async (t) => {
  const mirror = await fakeMirror(t);
  await behind(mirror, '1');
  const marked = await refresh(mirror, UNPINNED, true);
  const [app, headers] = marked.lock.architectures['x86'] ?? [];
  t.is(app?.vouchedBy, null);
  t.regex(app?.reason ?? '', /i386 matched the InRelease of 2026-11-22T10:00:00Z/);
  t.false(JSON.stringify(marked.lock).includes('127.0.0.1'), 'a lock names no mirror');
  // The same file stands in amd64's index, which is vouched for.
  t.is(headers?.vouchedBy?.date, '2026-11-22T10:00:00Z');
  const file = join(mirror.keys, 'lock.json');
  await writeLock(file, marked.lock);
  t.deepEqual(await readLock(file), marked.lock);
  const options = { ...optionsFor(mirror, ONE_TRY), frozen: true };
  t.is((await fetchLocked(marked.lock, ARCHITECTURES[1] ?? t.fail(), options)).length, 2);

  await mirror.publish({ packages: world('1'), architectures: BOTH, date: 'Mon, 23 Nov 2026 10:00:00 UTC' });
  const healed = await refresh(mirror, marked.lock);
  t.is(healed.lock.architectures['x86']?.[0]?.vouchedBy?.date, '2026-11-23T10:00:00Z');
  t.false('reason' in (healed.lock.architectures['x86']?.[0] ?? {}));
  t.true(told(healed).includes('x86 app 1 1'));
});

test('a package that the lock has a voucher for keeps it; an unvouched index older than the lock is not used', async (t) => {
  const mirror = await fakeMirror(t);
  await mirror.publish({ packages: world('1'), architectures: BOTH });
  const { lock } = await refresh(mirror, UNPINNED);
  await behind(mirror, '1');
  const same = await refresh(mirror, lock, true);
  t.is(same.lock.architectures['x86']?.[0]?.vouchedBy?.date, '2026-11-21T09:15:44Z');
  await behind(mirror, '0.9');
  const older = await refresh(mirror, lock, true);
  t.deepEqual(older.lock.architectures['x86'], lock.architectures['x86']);
  t.regex(older.changes[1]?.kept ?? '', /app 0\.9, older than the lock's/);
});

test('an index older than the lock is refused, though this machine has seen none before', async (t) => {
  const mirror = await fakeMirror(t, world('1'));
  const lock = { ...UNPINNED, date: '2026-11-22T00:00:00Z' };
  const error = await t.throwsAsync(refresh(mirror, lock), { instanceOf: S6tsError });
  t.is(error.code, 'index-rollback');
  t.regex(error.message, /2026-11-21.*lock was made from.*2026-11-22/);
});

test('a mark without a reason is no lock', async (t) => {
  const mirror = await fakeMirror(t);
  await behind(mirror, '1');
  const { lock } = await refresh(mirror, UNPINNED, true);
  const file = join(mirror.keys, 'lock.json');
  await writeLock(file, lock);
  await writeFile(file, (await readFile(file, 'utf8')).replace(/"reason": "[^"]*"/, '"reason": ""'));
  const error = await t.throwsAsync(readLock(file), { instanceOf: S6tsError });
  t.is(error.code, 'lock-malformed');
  t.regex(error.message, /x86\[0\] says no reason/);
});
