import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { jsonOf, s6ts, type CliResult } from '../harness/s6ts.js';

const FIXTURE = fileURLToPath(new URL('../fixtures/fixture-command.ts', import.meta.url));
const STACK = /\n {4}at /;

function fixture(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env } };
    const child = execFile(
      process.execPath,
      ['--import=tsx', FIXTURE, ...args],
      options,
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      },
    );
  });
}

for (const [answer, code] of [
  ['good', 0],
  ['no', 1],
] as const) {
  test(`a "${answer}" is exit code ${code}, with and without --json`, async (t) => {
    t.deepEqual(await fixture([answer]), { code, stdout: `the answer is ${answer}\n`, stderr: '' });
    const json = await fixture([answer, '--json']);
    t.is(json.code, code);
    t.deepEqual(jsonOf(json), { answer });
    t.is(json.stderr, '');
  });
}

test('a failure is 2: message and hint on stderr, or all of it as JSON on stdout', async (t) => {
  t.deepEqual(await fixture(['failure']), { code: 2, stdout: '', stderr: 's6ts: no room\n  → make some\n' });
  const json = await fixture(['failure', '--json']);
  t.is(json.code, 2);
  t.deepEqual(jsonOf(json), {
    error: { code: 'disk-full', message: 'no room', what: '/disk', hint: 'make some' },
  });
});

test('a plain error is 2, not the 1 of oclif, on --json too; the stack is shown with S6TS_DEBUG=1 alone', async (t) => {
  const quiet = await fixture(['crash']);
  t.like(quiet, { code: 2, stdout: '' });
  t.notRegex(quiet.stderr, STACK);
  const json = await fixture(['crash', '--json']);
  t.is(json.code, 2);
  t.deepEqual(jsonOf(json), { error: { code: 'failure', message: 'a fault of ours' } });
  const debug = await fixture(['crash'], { S6TS_DEBUG: '1' });
  t.is(debug.code, 2);
  t.regex(debug.stderr, STACK);
  t.notRegex((await fixture(['crash'], { S6TS_DEBUG: '0' })).stderr, STACK);
});

test('a usage error is 2, with and without --json', async (t) => {
  for (const args of [[], ['maybe'], ['good', '--no-such-flag'], ['good', 'too', 'many']]) {
    const plain = await fixture(args);
    t.is(plain.code, 2, args.join(' '));
    t.is(plain.stdout, '');
    t.true(plain.stderr.startsWith('s6ts: '), plain.stderr);
    t.notRegex(plain.stderr, STACK);
    const json = await fixture([...args, '--json']);
    t.is(json.code, 2, `${args.join(' ')} --json`);
    t.like(jsonOf(json), { error: { code: 'usage' } });
  }
});

test('an unknown command is 2, with and without --json, and nothing is asked', async (t) => {
  for (const name of ['vrify', 'no-such-thing']) {
    const plain = await s6ts([name]);
    t.is(plain.code, 2, plain.stderr);
    t.regex(plain.stderr, new RegExp(name));
    t.notRegex(plain.stderr, STACK);
    const json = await s6ts([name, '--json']);
    t.is(json.code, 2);
    t.truthy(jsonOf(json));
  }
});

test('help and version are 0', async (t) => {
  for (const args of [['--help'], ['help'], ['--version'], ['verify', '--help'], ['help', 'sign']]) {
    const { code, stdout } = await s6ts(args);
    t.is(code, 0, args.join(' '));
    t.not(stdout, '');
  }
});

test('--version, which is answered without loading the commands, says what help says', async (t) => {
  const [{ stdout }, help] = await Promise.all([s6ts(['--version']), s6ts(['--help'])]);
  t.regex(stdout, /^s6ts\/\d\S* \S+ node-v\d\S*\n$/);
  t.true(help.stdout.includes(`\n  ${stdout}`), help.stdout);
});

/** They do something useful without arguments: show all variables, build every architecture. */
const NEEDS_NONE = ['env', 'build-release'];

for (const command of [
  'base',
  'boot-chart',
  'build-release',
  'carrier',
  'env',
  'inject',
  'keygen',
  'sign',
  'verify',
]) {
  test(`s6ts ${command} --help has examples and tells of --json`, async (t) => {
    const { stdout } = await s6ts([command, '--help']);
    t.regex(stdout, /EXAMPLES\n {2}\$ s6ts /);
    t.regex(stdout, /--json/);
  });

  if (NEEDS_NONE.includes(command)) continue;

  test(`s6ts ${command} without arguments is a usage error`, async (t) => {
    const plain = await s6ts([command]);
    t.is(plain.code, 2);
    t.regex(plain.stderr, /--help|required/i);
    t.is((await s6ts([command, '--json'])).code, 2);
  });
}
