import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { streamProgress } from '../../src/cli/terminal-progress.js';
import { oneLine, plain } from '../../src/cli/render.js';
import { temporaryFolder } from '../harness/gpg.js';
import { serve } from '../harness/http-server.js';
import { jsonOf, S6TS, s6ts, type CliResult } from '../harness/s6ts.js';

const KEYGEN = ['keygen', '--name', 'Jane', '--email', 'jane@example.org', '--no-passphrase'];

/** Runs s6ts in a shell that has turned its streams round. */
function redirected(
  redirection: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): CliResult {
  const line = `exec ${redirection}; exec "$0" "$@"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line, process.execPath, S6TS, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  return { code: status ?? -1, stdout, stderr };
}

/** A folder with a signed file, and the key that signed it. */
async function signedFile(t: ExecutionContext): Promise<{ folder: string; env: NodeJS.ProcessEnv }> {
  const folder = await temporaryFolder(t);
  const env = { XDG_CONFIG_HOME: folder };
  writeFileSync(join(folder, 'file'), 'x');
  t.is((await s6ts(KEYGEN, env, folder)).code, 0);
  t.is((await s6ts(['sign', 'file'], env, folder)).code, 0);
  return { folder, env };
}

test('an output that cannot be written is 2, never the 1 of a "no"', async (t) => {
  const { folder, env } = await signedFile(t);
  for (const args of [
    ['verify', 'file.sig'],
    ['verify', 'file.sig', '--json'],
  ]) {
    const { code, stderr } = redirected('>/dev/full', args, env, folder);
    t.is(code, 2, stderr);
    t.regex(stderr, /s6ts: cannot write the output: no space left/);
    t.notRegex(stderr, /\n {4}at /);
  }
});

test('a reader that takes its time gets all, of an answer longer than a pipe holds', (t) => {
  // Each error repeats the name of the file that isn't there.
  const name = 'x'.repeat(100_000);
  for (const [args, redirection] of [
    [['verify', name, '--json'], '| (sleep 1; cat)'],
    [['verify', name], '2>&1 | (sleep 1; cat)'],
  ] as const) {
    const line = `"$0" "$@" ${redirection}; exit "\${PIPESTATUS[0]}"`;
    const { status, stdout } = spawnSync('bash', ['-c', line, process.execPath, S6TS, ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], NODE_DISABLE_COMPILE_CACHE: '1' },
      maxBuffer: 1e7,
    });
    t.is(status, 2);
    t.true(stdout.length > 100_000 && stdout.endsWith(args.length > 2 ? '}\n' : '\n'), stdout.slice(-200));
    t.true(stdout.includes(name));
  }
});

for (const [what, redirection] of [
  ['a reader of stderr that has gone', '2> >(exec true); sleep 0.3'],
  ['a full disk behind stderr', '2>/dev/full'],
  ['a closed stderr', '2>&-'],
] as const) {
  test(`${what} stops nothing`, async (t) => {
    const { folder, env } = await signedFile(t);
    writeFileSync(join(folder, 'file'), 'other');
    const { code, stdout } = redirected(redirection, ['sign', 'file'], env, folder);
    t.is(code, 0);
    t.regex(stdout, /^signed file/);
    t.is((await s6ts(['verify', 'file.sig'], env, folder)).code, 0);
  });
}

test('an interrupt under --json is one JSON value on stdout too, and leaves nothing', async (t) => {
  const base = await temporaryFolder(t);
  const env = { PATH: process.env['PATH'], XDG_CACHE_HOME: join(base, 'cache') };
  // The mirror takes the question, and never answers.
  let asked = 0;
  const mirror = await serve(t, () => {
    asked += 1;
    // A second TERM would end it at once.
    if (asked === 1) child.kill('SIGTERM');
  });
  const args = ['build-release', '--arch', 'amd64', '--no-sign', '--json', '--out', join(base, 'out')];
  const child = spawn(process.execPath, [S6TS, ...args, '--mirror', mirror.url], { env });
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  const code = await new Promise((resolve) => child.on('close', resolve));
  t.is(code, 143);
  t.like(jsonOf({ code: 143, stdout, stderr: '' }), { error: { code: 'interrupted' } });
  t.deepEqual(readdirSync(base), []);
});

test('no escape reaches a terminal: neither ESC nor the C1 controls, nor what turns text round', (t) => {
  t.is(plain('a\u001b[2Jb\u001b]0;x\u0007c\u009b2Jd\u202ee\u2066f'), 'ab�]0;x�c�2Jd�e�f');
  t.is(plain('two\nlines\tand a tab: é 漢 👍'), 'two\nlines\tand a tab: é 漢 👍');
  t.is(oneLine('evil\ngood: release.tar.gz\r'), 'evil�good: release.tar.gz�');
});

test('a name with a line break cannot forge a line of the answer', async (t) => {
  const { folder, env } = await signedFile(t);
  const name = 'evil\ngood: release.tar.gz';
  writeFileSync(join(folder, name), 'y');
  const { code, stdout, stderr } = await s6ts(['verify', 'file.sig', name], env, folder);
  t.is(code, 1);
  t.notRegex(stdout, /^good/m);
  t.notRegex(stderr, /^\s*good/m);
  const signed = await s6ts(['sign', name], env, folder);
  t.notRegex(signed.stdout, /^good/m);
});

test('a terminal that knows no escapes gets plain lines', (t) => {
  for (const [term, live] of [
    ['dumb', false],
    ['xterm', true],
  ] as const) {
    let text = '';
    const stream = { isTTY: true, columns: 80, write: (chunk: string) => (text += chunk) !== '' };
    const progress = streamProgress(stream as unknown as NodeJS.WriteStream, { now: () => 0, term });
    progress.stage('fetch');
    progress.bytes(1, 2);
    progress.end();
    t.is(text.includes('\u001b'), live, term);
    t.is(text.includes('\r'), live, term);
  }
});

test('a stage longer than the terminal is wide stays on its line', (t) => {
  const writes: string[] = [];
  const stream = { isTTY: true, columns: 20, write: (chunk: string) => writes.push(chunk) > 0 };
  const progress = streamProgress(stream as unknown as NodeJS.WriteStream, { now: () => 0, term: 'xterm' });
  progress.stage('verify a-name-that-is-very-long.tar.gz');
  progress.bytes(1000, 2000);
  for (const each of writes) t.true(each.replace('\r\u001b[K', '').length < 20, each);
});
