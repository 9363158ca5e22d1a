import { spawn } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../harness/gpg.js';
import { S6TS, s6ts } from '../harness/s6ts.js';

interface Session {
  readonly code: number | null;
  readonly screen: string;
}

/** Runs s6ts on a terminal of its own; types an answer whenever the next question stands there. */
function onTerminal(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
  answers: readonly (readonly [RegExp, string])[],
): Promise<Session> {
  const command = [process.execPath, S6TS, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm', SHELL: '/bin/sh', ...env },
    cwd,
  });
  const left = [...answers];
  let screen = '';
  let unanswered = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    unanswered += text;
    const [next] = left;
    if (next?.[0].test(unanswered) !== true) return;
    left.shift();
    unanswered = '';
    child.stdin.write(next[1]);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, screen })));
}

test('keygen asks twice without showing, sign asks and lets one mistype', async (t) => {
  const folder = await temporaryFolder(t);
  const env = { XDG_CONFIG_HOME: join(folder, 'config') };
  const made = await onTerminal(['keygen', '--name', 'Jane', '--email', 'j@x.org'], env, folder, [
    [/New passphrase: $/, 'sésame 1\r'],
    [/The same again: $/, 'sésame 1\r'],
  ]);
  t.is(made.code, 0, made.screen);
  t.false(made.screen.includes('same 1'), made.screen);
  await writeFile(join(folder, 'file'), 'x');
  const signed = await onTerminal(['sign', 'file'], env, folder, [
    [/Passphrase of Jane <j@x.org>.*: $/, 'wrong\r'],
    [/not it.*: $/, 'sésame 1\r'],
  ]);
  t.is(signed.code, 0, signed.screen);
  t.false(signed.screen.includes('same 1'));
  t.is((await s6ts(['verify', 'file.sig'], env, folder)).code, 0);
  const never = await onTerminal(['sign', 'file'], env, folder, [
    [/: $/, 'a\r'],
    [/: $/, 'b\r'],
    [/: $/, 'c\r'],
  ]);
  t.is(never.code, 2);
  t.regex(never.screen, /does not unlock/);
});

test('two different passphrases, an empty one, Ctrl-D and Ctrl-C make no key', async (t) => {
  const folder = await temporaryFolder(t);
  const env = { XDG_CONFIG_HOME: join(folder, 'config') };
  for (const [answers, code, words] of [
    [['one\r', 'two\r'], 2, /differ/],
    [['\r'], 2, /empty passphrase/],
    [['\u0004'], 2, /no passphrase was typed/],
    [['abc\u0003'], 130, /interrupted/],
  ] as const) {
    const session = await onTerminal(
      ['keygen', '--name', 'Jane', '--email', 'j@x.org'],
      env,
      folder,
      answers.map((answer) => [/: $/, answer] as const),
    );
    t.is(session.code, code, session.screen);
    t.regex(session.screen, words);
  }
  t.deepEqual(await readdir(folder), []);
});
