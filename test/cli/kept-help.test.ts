import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import { S6TS } from '../harness/s6ts.js';

const run = promisify(execFile);

/** What s6ts prints with these variables alone; `OCLIF_COLUMNS` leaves the page to oclif. */
async function page(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return (await run(process.execPath, [S6TS, ...args], { env })).stdout;
}

test('the kept page of all commands is the one that oclif draws', async (t) => {
  const drawn = await page(['--help'], { OCLIF_COLUMNS: '80' });
  t.regex(drawn, /^COMMANDS$/m);
  t.regex(drawn, /^ {2}inject /m);
  t.is(await page(['--help']), drawn);
  t.is(await page(['help']), drawn);
  t.true(drawn.includes(` ${await page(['--version'])}`));
});

test('on a terminal its headings are bold, as of each command; a narrow one gets lines of its width', async (t) => {
  const onTerminal = async (columns: number, env: NodeJS.ProcessEnv = {}): Promise<string> => {
    const command = `stty cols ${columns}; exec ${process.execPath} ${S6TS} --help`;
    const { stdout } = await run('script', ['-qec', command, '/dev/null'], {
      env: { PATH: process.env['PATH'], TERM: 'xterm', ...env },
    });
    return stdout.replaceAll('\r\n', '\n');
  };
  const drawn = await page(['--help'], { OCLIF_COLUMNS: '80', FORCE_COLOR: '1' });
  t.true(drawn.includes('\u001b[1mCOMMANDS\u001b[22m'));
  t.is(await onTerminal(100), drawn);
  t.is(await onTerminal(100, { NO_COLOR: '1' }), await page(['--help']));
  const narrow = (await onTerminal(60)).split('\n').slice(1);
  t.true(
    narrow.every((line) => line.length <= 75),
    narrow.join('\n'),
  );
});

for (const asked of ['--help', '--version']) {
  test(`${asked} into a full disk is 2, into a reader that has gone is 0`, (t) => {
    const shell = (line: string): number | null =>
      spawnSync('bash', ['-o', 'pipefail', '-c', line], { stdio: 'ignore' }).status;
    t.is(shell(`${process.execPath} ${S6TS} ${asked} >/dev/full`), 2);
    t.is(shell(`${process.execPath} ${S6TS} ${asked} | exec true`), 0);
  });
}
