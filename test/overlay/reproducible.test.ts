import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { cacheFolder } from '../../src/base/user-folders.js';
import { toTar } from '../../src/overlay/archive.js';
import { gzip } from '../../src/overlay/gzip.js';
import { readOverlay } from '../../src/overlay/overlay-file.js';
import { treeOf, type TreeEntry } from '../../src/overlay/tree.js';
import { releaseTarball } from '../harness/release.js';
import { jsonOf, S6TS, s6ts } from '../harness/s6ts.js';
import { archiveOf, skawareRelease } from '../harness/skaware.js';

const run = promisify(execFile);

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 's6ts-same-'));
  chmodSync(path, 0o755);
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Another world: its time zone, locale, umask, user, folder, processors, host name; a cache with packages alone. */
async function builtElsewhere(base: string): Promise<string> {
  const home = join(base, 'home');
  mkdirSync(join(home, 's6ts'), { recursive: true });
  cpSync(join(cacheFolder(process.env), 'pool'), join(home, 's6ts', 'pool'), { recursive: true });
  execFileSync('chown', ['-R', 'nobody', home]);
  const out = join(home, 'out');
  const build = `hostname elsewhere; umask 077; cd /; exec setpriv --reuid=65534 --regid=65534 --clear-groups \
    taskset -c 0 "$0" "$1" build-release --arch amd64 --frozen --no-sign --out "$2"`;
  await run('unshare', ['--uts', 'sh', '-c', build, process.execPath, S6TS, out], {
    env: {
      PATH: process.env['PATH'],
      TZ: 'Pacific/Kiritimati',
      LC_ALL: 'tr_TR.UTF-8',
      HOME: home,
      XDG_CACHE_HOME: home,
    },
  });
  return out;
}

test('another time zone, locale, umask, user, folder, processor count and host name: the same bytes in every file', async (t) => {
  const out = await builtElsewhere(folder(t));
  const here = join(await releaseTarball(), '..');
  for (const name of [
    'SHA256SUMS',
    's6-overlay-amd64.tar.gz',
    's6-overlay-amd64.cdx.json',
    's6-overlay-amd64.provenance.json',
  ])
    t.true(readFileSync(join(out, name)).equals(readFileSync(join(here, name))), name);
});

test('verify --rebuild builds the same again from what the tarball says of itself', async (t) => {
  const result = await s6ts(['verify', '--rebuild', await releaseTarball(), '--json']);
  t.is(result.code, 0, result.stdout);
  const report = jsonOf(result) as { same: boolean; sha256: string; rebuiltSha256: string };
  t.true(report.same);
  t.is(report.sha256, report.rebuiltSha256);
});

test('verify --rebuild of a tarball of SKAWARE_SOURCE wants the same programs again, and tells others from them', async (t) => {
  const base = folder(t);
  const programs = join(base, 'skaware');
  mkdirSync(programs);
  for (const [name, bytes] of await skawareRelease()) writeFileSync(join(programs, name), bytes);
  const env = { SKAWARE_SOURCE: pathToFileURL(programs).href };
  const out = join(base, 'out');
  const built = await s6ts(['build-release', '--arch', 'amd64', '--no-sign', '--out', out], env);
  t.is(built.code, 0, built.stderr);
  const check = ['verify', '--rebuild', join(out, 's6-overlay-amd64.tar.gz'), '--json'];
  const same = await s6ts(check, env);
  t.is(same.code, 0, same.stdout + same.stderr);
  t.true((jsonOf(same) as { same: boolean }).same);
  const unnamed = await s6ts(check);
  t.is(unnamed.code, 2, unnamed.stdout);
  const { error } = jsonOf(unnamed) as { error: { code: string; hint: string } };
  t.is(error.code, 'skaware-source');
  t.regex(error.hint, /SKAWARE_SOURCE/);

  writeFileSync(
    join(programs, 'skalibs-2.14.3.0-linux-amd64-bin.tar.gz'),
    archiveOf({ '/etc/leapsecs.dat': 'leak' }),
  );
  const other = await s6ts(check, env);
  t.is(other.code, 1, other.stdout + other.stderr);
  t.is((jsonOf(other) as { difference: { entry: string } }).difference.entry, 'etc/leapsecs.dat');
});

test('verify --rebuild names the first entry that differs, and how, with exit code 1', async (t) => {
  const base = folder(t);
  const { tree, meta } = await readOverlay(readFileSync(await releaseTarball()), 'the release');
  const date = new Date(meta.date);
  const changed = async (name: string, change: (entries: Map<string, TreeEntry>) => void, at = date) => {
    const entries = new Map(tree);
    change(entries);
    const file = join(base, name);
    writeFileSync(file, gzip(toTar(treeOf(entries), at)));
    const result = await s6ts(['verify', '--rebuild', file, '--json']);
    t.is(result.code, 1, result.stdout);
    return (jsonOf(result) as { difference: { entry: string; how: string } }).difference;
  };
  const s6svc = 'usr/lib/s6/bin/s6-svc';
  const [byte, mode, extra, missing, headers] = await Promise.all([
    changed('byte', (entries) => {
      const entry = tree.get(s6svc);
      if (entry?.kind !== 'file') return t.fail();
      const bytes = Uint8Array.from(entry.bytes);
      bytes[5000] = (bytes[5000] ?? 0) ^ 1;
      entries.set(s6svc, { ...entry, bytes });
      entries.delete('usr/lib/s6/nss.rc');
    }),
    changed('mode', (entries) => {
      const entry = tree.get(s6svc);
      if (entry?.kind === 'file') entries.set(s6svc, { ...entry, mode: 0o4755 });
    }),
    changed('extra', (entries) => entries.set('etc/backdoor', { kind: 'link', target: 'x' })),
    changed('missing', (entries) => entries.delete('init')),
    changed('headers', () => undefined, new Date(0)),
  ]);
  t.is(byte.entry, s6svc);
  t.regex(byte.how, /byte 5000 of \d+/);
  t.deepEqual(mode, { entry: s6svc, how: 'its mode is 4755, and should be 0755' });
  t.deepEqual(extra, { entry: 'etc/backdoor', how: 'it does not belong there' });
  t.deepEqual(missing, { entry: 'init', how: 'it is missing' });
  t.regex(headers.how, /header differs/);
});
