import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { parseChecksums } from '../../src/overlay/checksums.js';
import { readOverlay } from '../../src/overlay/overlay-file.js';
import { commandCopy } from '../harness/checkout.js';
import { fakeMirror } from '../harness/debian-mirror.js';
import { deafUrl, serve } from '../harness/http-server.js';
import { jsonOf, runS6ts, S6TS, s6ts, type CliResult } from '../harness/s6ts.js';

const TARBALL = 's6-overlay-amd64.tar.gz';
const SYSLOG = 's6-overlay-syslog-amd64.tar.gz';
/** What is made for an architecture, sorted. */
const FILES = [
  's6-overlay-amd64.cdx.json',
  's6-overlay-amd64.provenance.json',
  TARBALL,
  SYSLOG.replace('.tar.gz', '.cdx.json'),
  SYSLOG.replace('.tar.gz', '.provenance.json'),
  SYSLOG,
];
const BUILD = ['build-release', '--arch', 'amd64', '--no-sign'];

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 's6ts-build-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** The failure as `--json` tells it; nothing may lie in `out`. */
function failed(
  t: ExecutionContext,
  result: CliResult,
  out?: string,
): { code: string; message: string; hint: string } {
  t.is(result.code, 2, result.stdout + result.stderr);
  t.is(result.stderr, '');
  const { error } = jsonOf(result) as { error: { code: string; message: string; hint: string } };
  if (out !== undefined && existsSync(out)) t.deepEqual(readdirSync(out), []);
  return error;
}

test('a release is a tarball that says what it is, with checksums that sha256sum accepts', async (t) => {
  const out = join(folder(t), 'out');
  const result = await s6ts([...BUILD, '--out', out, '--json'], { SOURCE_DATE_EPOCH: '1700000000' });
  t.is(result.code, 0, result.stderr);
  t.deepEqual(readdirSync(out).sort(), ['SHA256SUMS', ...FILES].sort());
  t.is(spawnSync('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: out }).status, 0);
  const bytes = readFileSync(join(out, TARBALL));
  t.true(bytes.length <= 1_450_000, `${bytes.length} bytes`);
  const { meta } = await readOverlay(bytes, TARBALL);
  t.is(meta.architecture, 'amd64');
  t.is(meta.date, '2023-11-14T22:13:20Z');
  t.true(meta.packages.some(({ name, version }) => name === 's6' && version.startsWith('2.13.')));
  const { files, signedBy } = jsonOf(result) as { files: { name: string; sha256: string }[]; signedBy: null };
  t.is(signedBy, null);
  t.is(files.find(({ name }) => name === TARBALL)?.sha256, sha256(join(out, TARBALL)));
  const dates = execFileSync('tar', ['tvzf', TARBALL], { cwd: out, encoding: 'utf8', env: { TZ: 'UTC' } });
  t.true(
    dates
      .trim()
      .split('\n')
      .every((line) => line.includes(' 2023-11-14 22:13 ')),
  );
});

test('checksums cover the tarballs that lie there already; signatures that no longer match go', async (t) => {
  const out = folder(t);
  writeFileSync(join(out, 's6-overlay-aarch64.tar.gz'), 'another');
  writeFileSync(join(out, `${TARBALL}.sig`), 'of an earlier build');
  writeFileSync(join(out, 'notes.txt'), 'mine');
  t.is((await s6ts([...BUILD, '--out', out])).code, 0);
  const sums = parseChecksums(readFileSync(join(out, 'SHA256SUMS'), 'utf8'), 'SHA256SUMS');
  t.deepEqual([...sums.keys()], ['s6-overlay-aarch64.tar.gz', ...FILES]);
  t.false(existsSync(join(out, `${TARBALL}.sig`)));
  t.is(readFileSync(join(out, 'notes.txt'), 'utf8'), 'mine');
});

test('a signed release is accepted by gpg, file by file, with the key that lies beside it', async (t) => {
  const base = folder(t);
  const out = join(base, 'out');
  const env = { XDG_CONFIG_HOME: base };
  const identity = ['--name', 'Releaser', '--email', 'releaser@example.org', '--no-passphrase'];
  t.is((await s6ts(['keygen', ...identity], env)).code, 0);
  const built = await s6ts(['build-release', '--arch', 'amd64', '--out', out], env);
  t.is(built.code, 0, built.stderr);
  t.deepEqual(
    readdirSync(out).sort(),
    ['SHA256SUMS', ...FILES]
      .flatMap((name) => [name, `${name}.sig`])
      .concat('s6-overlay-key.asc')
      .sort(),
  );
  const home = join(base, 'gnupg');
  mkdirSync(home, { mode: 0o700 });
  const gpg = (...args: string[]): number | null =>
    spawnSync('gpg', ['--homedir', home, '--batch', ...args], { cwd: out }).status;
  t.is(gpg('--import', 's6-overlay-key.asc'), 0);
  for (const name of FILES) t.is(gpg('--verify', `${name}.sig`, name), 0, name);
  t.is(gpg('--verify', 'SHA256SUMS.sig', 'SHA256SUMS'), 0);
  t.not(gpg('--verify', 'SHA256SUMS.sig', TARBALL), 0);
  spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
});

test('without a key it says what to type, before it fetches anything', async (t) => {
  const base = folder(t);
  const mirror = await serve(t, (_, response) => response.writeHead(500).end());
  const env = { XDG_CONFIG_HOME: base, XDG_CACHE_HOME: base };
  const args = [
    'build-release',
    '--arch',
    'amd64',
    '--mirror',
    mirror.url,
    '--out',
    join(base, 'out'),
    '--json',
  ];
  const error = failed(t, await s6ts(args, env), join(base, 'out'));
  t.is(error.code, 'key-missing');
  t.regex(error.hint, /s6ts keygen.*--no-sign/);
  t.deepEqual(mirror.requests, []);
});

test('a mirror that does not answer', async (t) => {
  const base = folder(t);
  const url = await deafUrl();
  const args = [...BUILD, '--mirror', url, '--out', join(base, 'out'), '--json'];
  const error = failed(t, await s6ts(args, { XDG_CACHE_HOME: base }), join(base, 'out'));
  t.is(error.code, 'mirror-unreachable');
  t.true(error.message.includes(url));
  t.regex(error.message, /connection refused/);
  t.regex(error.hint, /--mirror URL/);
});

test('a mirror that serves other bytes under the name of a package', async (t) => {
  const base = folder(t);
  const mirror = await serve(t, (_, response) => response.end('rubbish'));
  const args = [...BUILD, '--mirror', mirror.url, '--out', join(base, 'out'), '--json'];
  const error = failed(t, await s6ts(args, { XDG_CACHE_HOME: base }), join(base, 'out'));
  t.is(error.code, 'mirror-mismatch');
  t.regex(error.message, /_amd64\.deb has 7 bytes where \d+ were promised/);
  t.deepEqual(readdirSync(base), [], 'nothing went into the cache');
});

test('a mirror without the pinned packages whose index is signed by a stranger', async (t) => {
  const base = folder(t);
  const mirror = await fakeMirror(t, [{ name: 's6' }, { name: 'execline' }]);
  const args = [...BUILD, '--mirror', mirror.url, '--out', join(base, 'out'), '--json'];
  const error = failed(t, await s6ts(args, { XDG_CACHE_HOME: base }), join(base, 'out'));
  t.is(error.code, 'index-signature');
  const frozen = failed(t, await s6ts([...args, '--frozen'], { XDG_CACHE_HOME: base }));
  t.is(frozen.code, 'lock-stale');
});

test('an --out that cannot be written, or is a file', async (t) => {
  const base = folder(t);
  writeFileSync(join(base, 'file'), 'x');
  const onFile = failed(t, await s6ts([...BUILD, '--out', join(base, 'file'), '--json']));
  t.true(onFile.message.includes(join(base, 'file')));
  t.regex(onFile.hint, /--out DIR/);
  t.is(readFileSync(join(base, 'file'), 'utf8'), 'x');
  const under = failed(t, await s6ts([...BUILD, '--out', '/proc/version/out', '--json']));
  t.regex(under.message, /cannot (read|write) \/proc\/version\/out/);
  const readOnly = join(base, 'read-only');
  mkdirSync(readOnly);
  // Root may write anywhere but on a read-only mount.
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k', 's6ts-test', readOnly]);
  t.teardown(() => spawnSync('umount', [readOnly]));
  const onReadOnly = failed(t, await s6ts([...BUILD, '--out', readOnly, '--json']), readOnly);
  t.regex(onReadOnly.message, /the file system is read-only/);
});

test('a full disk: one message, and the old release stays whole', async (t) => {
  const out = join(folder(t), 'small');
  mkdirSync(out);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 's6ts-test', out]);
  t.teardown(() => spawnSync('umount', [out]));
  writeFileSync(join(out, TARBALL), 'the old release');
  writeFileSync(join(out, `${TARBALL}.sig`), 'its signature');
  const error = failed(t, await s6ts([...BUILD, '--out', out, '--json']));
  t.is(error.code, 'file-error');
  t.regex(error.message, /no space left on the disk/);
  t.regex(error.hint, /nothing was changed/);
  t.deepEqual(readdirSync(out).sort(), [TARBALL, `${TARBALL}.sig`]);
  t.is(readFileSync(join(out, TARBALL), 'utf8'), 'the old release');
});

test('wrong usage: an architecture that is none, a mark without a refresh, a date that is none', async (t) => {
  const unknown = failed(t, await s6ts(['build-release', '--arch', 'amd46', '--no-sign', '--json']));
  t.is(unknown.code, 'architecture-unknown');
  t.is((await s6ts([...BUILD, '--allow-unvouched'])).code, 2);
  t.is((await s6ts([...BUILD, '--sign-key', 'x'])).code, 2);
  const date = failed(
    t,
    await s6ts([...BUILD, '--out', join(folder(t), 'out'), '--json'], { SOURCE_DATE_EPOCH: 'now' }),
  );
  t.is(date.code, 'source-date');
});

test('an empty word in the place of a folder or file is wrong usage, and nothing is written', async (t) => {
  const here = folder(t);
  for (const flag of ['--out', '--lock']) {
    const error = failed(t, await s6ts([...BUILD, flag, '', '--json'], {}, here), here);
    t.is(error.code, 'usage');
    t.true(error.message.startsWith(`Parsing ${flag}`), error.message);
    t.regex(error.message, /an empty word names no file or folder: is a shell variable/);
  }
});

test('runtimes that were never built are named all at once, with what builds them; so is a table that is none', async (t) => {
  const base = folder(t);
  const copy = join(base, 's6ts');
  await commandCopy(copy);
  const command = join(copy, 'bin/run.cjs');
  const env = { XDG_CACHE_HOME: base, HOME: base };
  const archs = ['amd64', 'armhf', 'riscv64'].flatMap((name) => ['--arch', name]);
  for (const args of [
    ['build-release', '--no-sign', '--out', join(base, 'out')],
    ['carrier', '-o', join(base, 'carrier.tar')],
  ]) {
    const error = failed(t, await runS6ts(command, [...args, ...archs, '--json'], env));
    t.is(error.code, 'file-missing');
    t.regex(error.message, /^no runtime has been built for amd64, armhf, riscv64: /);
    t.regex(error.hint, /npm run build && npm run build:runtime -- armhf riscv64$/);
  }
  const amd64 = join(copy, 'build/runtime/amd64');
  mkdirSync(amd64, { recursive: true });
  for (const name of ['init', 'utils', 'syslogd']) writeFileSync(join(amd64, name), 'x');
  writeFileSync(join(copy, 'build/runtime/tables.json'), '{ "applets": [');
  const error = failed(t, await runS6ts(command, [...BUILD, '--out', join(base, 'out'), '--json'], env));
  t.is(error.code, 'runtime-malformed');
  t.regex(error.message, /build\/runtime\/tables\.json lists no applets/);
  t.regex(error.hint, /npm run build$/);
  t.deepEqual(
    readdirSync(base).filter((name) => name !== 's6ts' && name !== '.cache'),
    [],
  );
});

test('what is written can be read by all, whatever the umask', (t) => {
  const out = folder(t);
  chmodSync(out, 0o755);
  const args = ['-c', 'umask 077; exec "$0" "$@"', process.execPath, S6TS, ...BUILD, '--out', out];
  execFileSync('sh', args, { stdio: 'pipe' });
  for (const name of [TARBALL, 'SHA256SUMS']) {
    t.regex(execFileSync('stat', ['-c', '%a', join(out, name)], { encoding: 'utf8' }), /^644\n$/);
  }
});
