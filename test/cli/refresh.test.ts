import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readLock } from '../../src/overlay/lock.js';
import { commandCopy } from '../harness/checkout.js';
import { fakeMirror, UNPINNED, type FakeMirror } from '../harness/debian-mirror.js';
import { temporaryFolder } from '../harness/gpg.js';
import { jsonOf, runS6ts, type CliResult } from '../harness/s6ts.js';

const ALL = ['amd64', 'i386', 'armhf', 'arm64', 'riscv64', 'ppc64el', 's390x'];
const LATER = 'Sun, 22 Nov 2026 10:00:00 UTC';

/** An s6ts that trusts the archive of the test as the real one trusts Debian's, and a lock for what the mirror has. */
async function world(
  t: ExecutionContext,
): Promise<{ mirror: FakeMirror; lock: string; refresh: (...args: string[]) => Promise<CliResult> }> {
  const folder = await temporaryFolder(t);
  const [copy, lock] = [join(folder, 's6ts'), join(folder, 'my.lock.json')];
  await commandCopy(copy);
  const mirror = await fakeMirror(t);
  const keys = join(copy, 'assets/keys/debian');
  await rm(keys, { recursive: true });
  await cp(mirror.keys, keys, { recursive: true });
  await writeFile(lock, JSON.stringify(UNPINNED));
  const args = ['build-release', '--refresh', '--lock', lock, '--mirror', mirror.url];
  const env = { XDG_CACHE_HOME: mirror.cache, HOME: folder };
  return { mirror, lock, refresh: (...more) => runS6ts(join(copy, 'bin/run.cjs'), [...args, ...more], env) };
}

test('build-release --refresh prints what changed, a line a package: new, another version, the same, no longer needed', async (t) => {
  const { mirror, lock, refresh } = await world(t);
  await mirror.publish({
    packages: [{ name: 'app', version: '1', depends: 'headers' }, { name: 'headers' }],
    architectures: ALL,
  });
  const first = await refresh('--arch', 'amd64', '--no-sign', '--out', join(lock, '../none'));
  // It goes on to build; our app is no s6.
  t.is(first.code, 2);
  const all = await refresh();
  t.is(all.code, 0, all.stderr);
  const lines = all.stdout.trimEnd().split('\n');
  t.is(lines[0], `the lock ${lock} is of 2026-11-21T09:15:44Z:`);
  t.is(lines[1], '  amd64: no change');
  t.deepEqual(lines.slice(2, 4), ['  x86: app 1 is new', '  x86: headers 1.0-1 is new']);
  t.is(lines.length, 2 + 2 * (ALL.length - 1));

  await mirror.publish({ packages: [{ name: 'app', version: '2' }], architectures: ALL, date: LATER });
  const second = await refresh();
  t.is(second.code, 0, second.stderr);
  t.true(second.stdout.includes('\n  aarch64: app 1 → 2\n  aarch64: headers 1.0-1 is no longer needed\n'));
  t.is((await readLock(lock)).architectures['aarch64']?.[0]?.version, '2');

  const rebuilt = { '/usr/bin/app': 'other bytes' };
  await mirror.publish({
    packages: [{ name: 'app', version: '2', files: rebuilt }],
    architectures: ALL,
    date: 'Mon, 23 Nov 2026 10:00:00 UTC',
  });
  const third = await refresh('--json');
  t.is(third.code, 0, third.stdout);
  const { file, architectures } = (jsonOf(third) as { lock: { file: string; architectures: Changed[] } })
    .lock;
  t.is(file, lock);
  t.deepEqual(
    architectures.map(({ changes }) => changes.map(({ name, to }) => [name, to?.version])),
    ALL.map(() => [['app', '2']]),
  );
});

interface Changed {
  readonly changes: readonly { readonly name: string; readonly to?: { readonly version: string } }[];
}

test('an architecture that no signed index vouches for: left as it was with a warning, or marked, both said', async (t) => {
  const { mirror, lock, refresh } = await world(t);
  const packages = [{ name: 'app', version: '1' }];
  await mirror.publish({ packages, architectures: ALL });
  t.is((await refresh()).code, 0);
  const old = [...mirror.files].filter(([path]) => path.includes('binary-s390x/Packages'));
  await mirror.publish({ packages: [{ name: 'app', version: '2' }], architectures: ALL, date: LATER });
  for (const path of [...mirror.files.keys()].filter((each) => each.includes('binary-s390x')))
    mirror.files.delete(path);
  for (const [path] of old)
    mirror.files.set(
      path,
      Buffer.from(
        `Package: app\nVersion: 1.5\nArchitecture: s390x\nFilename: pool/main/a/app/app_1.5_s390x.deb\nSize: 4\nSHA256: ${'5'.repeat(64)}\n`,
      ),
    );
  const kept = await refresh();
  t.is(kept.code, 1, kept.stderr);
  t.true(kept.stdout.includes('  s390x: left as it was'), kept.stdout);
  t.regex(kept.stderr, /warning: the lock of s390x stays as it was: .*no Packages index of s390x matches/);
  t.regex(kept.stdout, /\nNOT renewed: s390x\. .*once the mirror is whole.*\n {2}--allow-unvouched/);
  t.is((await refresh('--json')).code, 1);
  const marked = await refresh('--allow-unvouched');
  t.is(marked.code, 0, marked.stderr);
  t.true(marked.stdout.includes('  s390x: app 1 → 1.5, which no signed index vouches for'), marked.stdout);

  const locked = await readFile(lock);
  await mirror.publish({ packages, architectures: ALL, date: 'Sat, 21 Nov 2026 08:00:00 UTC' });
  const older = await refresh('--json');
  t.is(older.code, 2);
  t.is((jsonOf(older) as { error: { code: string } }).error.code, 'index-rollback');
  t.deepEqual(await readFile(lock), locked);
});
