import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import test from 'ava';
import { bench } from './programs.js';

const { run, peer, program } = bench();

test('s6-env and s6-sleep give back the code of what they execute; 127 and 126 where they can not', async (t) => {
  t.is((await run('s6-env', ['sh', '-c', 'exit 7'])).code, 7);
  t.is((await run('s6-env', ['nosuch-program'])).code, 127);
  t.is((await run('s6-env', ['/etc/passwd'])).code, 126);
  t.is((await run('s6-sleep', ['0', 'sh', '-c', 'exit 8'])).code, 8);
  t.is((await run('s6-env', ['PATH=/nowhere', 'sh'])).code, 127, 'the new PATH counts');
});

test('s6-env and s6-printenv print the environment', async (t) => {
  const env = { B: '2', A: '1' };
  t.is((await run('s6-env', ['C=3'], { env })).stdout, 'B=2\nA=1\nC=3\n');
  t.is((await run('s6-printenv', [], { env })).stdout, 'B=2\nA=1\n');
  t.is((await run('s6-printenv', ['-n'], { env })).stdout, 'B=2\nA=1');
  t.is((await run('s6-printenv', ['-0'], { env })).stdout, 'B=2\0A=1\0');
  t.is((await run('s6-printenv', ['-nd', ', '], { env })).stdout, 'B=2,A=1');
});

test('s6-clock prints the time as Debian’s libraries count it: UTC with leap seconds', async (t) => {
  const before = Date.now() / 1000;
  const { stdout } = await run('s6-clock');
  const [, label = '', nanoseconds = ''] = /^@40000000([0-9a-f]{8})([0-9a-f]{8})\n$/.exec(stdout) ?? [];
  const seconds = parseInt(label, 16) - 37 + parseInt(nanoseconds, 16) / 1e9;
  t.true(seconds >= before - 0.01 && seconds <= Date.now() / 1000 + 0.01, stdout);
});

test('s6-clock may not set the clock as anybody', async (t) => {
  const { code, stderr } = await run('s6-clock', ['@400000006553f10000000000'], { uid: 65534 });
  t.is(code, 111);
  t.is(stderr, 's6-clock: fatal: unable to set the system clock: Operation not permitted\n');
});

test('s6-maximumtime gives back the code, or 99 after the time, when its signal has been sent', async (t) => {
  t.is((await run('s6-maximumtime', ['60000', 'sh', '-c', 'exit 5'])).code, 5);
  t.is((await run('s6-maximumtime', ['0', 'sh', '-c', 'kill -9 $$'])).code, 137);
  t.is((await run('s6-maximumtime', ['1000', 'nosuch-program'])).code, 127);
  const late = await run('s6-maximumtime', ['50', 'sleep', '60']);
  t.is(late.code, 99);
  t.is(late.stderr, 's6-maximumtime: fatal: sleep took more than 50 ms\n');
  for (const [option, name] of Object.entries({
    a: 'ALRM',
    b: 'ABRT',
    i: 'INT',
    q: 'QUIT',
    t: 'TERM',
    x: 'XCPU',
    1: 'USR1',
    2: 'USR2',
  })) {
    const script = `trap 'echo ${name}; exit' ${name}; echo up; while :; do sleep 0.01; done`;
    const { code, stdout } = await run('s6-maximumtime', [`-${option}`, '1500', 'sh', '-c', script]);
    t.is(stdout, `up\n${name}\n`);
    t.is(code, 99);
  }
  t.is((await run('s6-maximumtime', ['-k', '50', 'sleep', '60'])).code, 99);
  t.is((await run('s6-maximumtime', ['-0', '50', 'sleep', '0.3'])).code, 99);
});

test('s6-nice adds to the nice value; -i and -I judge a refusal', async (t) => {
  const present = Number((await run('s6-nice')).stdout);
  t.is((await run('s6-nice', ['nice'])).stdout, `${String(Math.min(present + 10, 19))}\n`);
  t.is((await run('s6-nice', ['-n', '3', 'nice'])).stdout, `${String(Math.min(present + 3, 19))}\n`);
  t.is((await run('s6-nice', ['-n3', program('s6-nice')])).stdout, `${String(Math.min(present + 3, 19))}\n`);
  const loose = await run('s6-nice', ['-n', '-5', 'nice'], { uid: 65534 });
  t.is(loose.stdout, `${String(present)}\n`);
  t.regex(loose.stderr, /warning: unable to set the nice value: Permission denied/);
  t.is((await run('s6-nice', ['-i', '-n', '-5', 'nice'], { uid: 65534 })).code, 111);
  t.is((await run('s6-nice', ['nosuch-program'])).code, 127);
});

test('s6-pause stays until a signal that it does not ignore', async (t) => {
  const child = spawn(program('s6-pause'), ['-tha', '-p', '10,12'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  // it ignores them from some moment after its start: /proc tells when
  const ignored = async (): Promise<boolean> => {
    const { stdout } = await peer('cat', [`/proc/${String(child.pid)}/status`]);
    const mask = BigInt(`0x${/^SigIgn:\s*(\S+)$/m.exec(stdout)?.[1] ?? '0'}`);
    return [15, 1, 14, 10, 12].every((signal) => (mask >> BigInt(signal - 1)) & 1n);
  };
  while (!(await ignored())) await wait(5);
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGALRM', 'SIGUSR1', 'SIGUSR2'] as const) child.kill(signal);
  t.is(child.exitCode, null);
  child.kill('SIGINT');
  t.deepEqual(await ended, [null, 'SIGINT']);
});

test('s6-sleep sleeps, in seconds or milliseconds, past signals that do not kill', async (t) => {
  const started = Date.now();
  t.is((await run('s6-sleep', ['-m', '150'])).code, 0);
  t.true(Date.now() - started >= 150);
  const before = Date.now();
  const child = spawn(program('s6-sleep'), ['1'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  for (let i = 0; i < 3; i++) {
    await wait(50);
    child.kill('SIGSTOP');
    child.kill('SIGCONT');
  }
  t.deepEqual(await ended, [0, null]);
  t.true(Date.now() - before >= 1000);
});

test('s6-sync syncs', async (t) => {
  t.deepEqual(await run('s6-sync'), { code: 0, stdout: '', stderr: '' });
});

test('s6-uniquename makes names of time, process and host that differ', async (t) => {
  const names = await Promise.all([1, 2, 3].map(async () => (await run('s6-uniquename', ['/tmp/x'])).stdout));
  const host = (await peer('uname', ['-n'])).stdout.trim();
  for (const name of names) t.regex(name, new RegExp(`^/tmp/x:@[0-9a-f]{24}:\\d+:${host}\n$`));
  t.is(new Set(names).size, 3);
  const random = await Promise.all(
    [1, 2].map(async () => (await run('s6-uniquename', ['-n', '30', 'y'])).stdout),
  );
  for (const name of random) t.regex(name, /:[A-Za-z0-9_-]{30}\n$/);
  t.not(random[0]?.slice(-31), random[1]?.slice(-31));
});

/** In a process namespace of its own, and only there: process 1 checks that it is. */
const nuke = (option: string): Promise<{ code: number; stdout: string }> => {
  const script = `[ $$ = 1 ] || exit 77
trap 'echo 1 was hit' HUP TERM
sleep 60 & one=$!
sh -c 'trap "echo HUP; exit" HUP; trap "echo TERM; exit" TERM; echo up; while :; do sleep 0.01; done' & two=$!
sleep 0.3
${program('s6-nuke')} ${option}; echo code $?
[ -z "${option}" ] && kill -9 $one $two
wait $one; echo $?; wait $two; echo $?`;
  return peer('unshare', ['--pid', '--fork', '--mount-proc', 'sh', '-c', script]);
};

test('s6-nuke signals all processes but itself', async (t) => {
  const lines = async (option: string): Promise<string[]> => (await nuke(option)).stdout.trim().split('\n');
  const hup = await lines('-h');
  t.true(hup.includes('HUP') && hup.includes('code 0') && hup.includes('129'), hup.join(' '));
  const term = await lines('-t');
  t.true(term.includes('TERM') && term.includes('code 0') && term.includes('143'), term.join(' '));
  t.deepEqual(await lines('-k'), ['up', 'code 0', '137', '137']);
  t.deepEqual(await lines(''), ['up', 'code 0', '137', '137']);
});
