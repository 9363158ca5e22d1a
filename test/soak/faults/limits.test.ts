import test, { type ExecutionContext } from 'ava';
import { runContainer } from '../../harness/container.js';
import { overlaidBusybox } from '../../e2e/overlaid-busybox.js';
import { boxed, makeRoot, removeRoot, type BoxEnded, type BoxOptions, type Root } from '../box/box.js';
import { record, sized } from '../sizes.js';
import { CMD, WORLD } from './sweep.js';

let root: Root;
test.before(async () => {
  root = await makeRoot(WORLD);
});
test.after.always(() => removeRoot(root));

const ALL = ['cmd', 'finish', 'init me', 's down', 's up'];
const complete = ({ end, stdout }: Pick<BoxEnded, 'end' | 'stdout'>): boolean =>
  end === 'exit 3' && stdout.trim().split('\n').sort().join() === ALL.join();

/** Runs the world in ever less narrow worlds: each is complete, or says `error`; the last is complete. */
async function widen(
  t: ExecutionContext,
  steps: readonly number[],
  options: (step: number) => Omit<BoxOptions, 'cmd'>,
  error: RegExp,
): Promise<void> {
  const results = await Promise.all(
    steps.map(async (step) => ({ step, ended: await boxed(root, { cmd: CMD, ...options(step) }) })),
  );
  const bad = results.filter(
    ({ ended }) => !complete(ended) && !(ended.end.startsWith('exit') && error.test(ended.stderr)),
  );
  t.deepEqual(bad, []);
  t.true(complete((results.at(-1) as { ended: BoxEnded }).ended));
  await record(
    t,
    'worlds, of which complete',
    `${steps.length}, ${results.filter(({ ended }) => complete(ended)).length}`,
  );
}

test('ENOSPC: a work area with room for N files', async (t) => {
  const steps = sized(
    [2, 5, 9, 14, 20, 30, 42, 60, 1000],
    [...Array.from({ length: 90 }, (_, n) => n + 2), 1000],
  );
  const options = (step: number): Omit<BoxOptions, 'cmd'> => ({ env: { S6TS_BOX_RUN: `nr_inodes=${step}` } });
  await widen(t, steps, options, /No space left on device/i);
});

test('EMFILE: N descriptors', async (t) => {
  const steps = sized([8, 10, 12, 14, 17, 20, 64], [...Array.from({ length: 30 }, (_, n) => n + 6), 64]);
  const options = (step: number): Omit<BoxOptions, 'cmd'> => ({ by: ['prlimit', `--nofile=${step}`] });
  await widen(t, steps, options, /Too many open files|No file descriptors available/);
});

/** So many processes are too few for the world of these tests; up to what is enough, those that meet by chance decide. */
const TOO_FEW = 9;
for (const limit of sized([3, 5, 8], [2, 3, 4, 5, 6, 7, 8, 9, 10, 12])) {
  test(`EAGAIN: at most ${limit} processes`, async (t) => {
    const options = {
      image: await overlaidBusybox(),
      files: WORLD,
      cmd: CMD,
      env: { WHO: 'me', S6_KILL_GRACETIME: '300', S6_SERVICES_GRACETIME: '300' },
      host: { PidsLimit: limit },
    };
    const ended = await runContainer(options);
    const said = /temporarily unavailable|can't fork|Try again/i.test(ended.stderr);
    if (limit <= TOO_FEW) t.true(said, ended.transcript);
    else t.true(said || complete({ ...ended, end: `exit ${ended.exitCode}` }), ended.transcript);
    t.true([3, 2, 111].includes(ended.exitCode), ended.transcript);
  });
}

test('EROFS: neither /run nor /dev/shm can be written: each is named, and 111', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    readOnly: true,
    tmpfs: { '/dev/shm': 'ro' },
    cmd: ['echo', 'CMD'],
  });
  t.is(ended.exitCode, 111);
  t.is(ended.stdout, '');
  t.regex(
    ended.stderr,
    /\/run\/s6: Read-only file system\n[^]*\/dev\/shm\/s6: Read-only file system\n[^]*--tmpfs/,
  );
});

test('ENOEXEC and ELOOP: scripts, services and a CMD that the kernel refuses are named, with why', async (t) => {
  const loop = { link: 'loop' };
  const ended = await runContainer({
    image: await overlaidBusybox(),
    files: {
      '/etc/cont-init.d/loop': loop,
      '/etc/cont-init.d/text': { text: 'echo no interpreter\n', mode: 0o755 },
      '/etc/services.d/loop': loop,
      '/etc/services.d/s/run': loop,
      '/etc/cont-finish.d/loop': loop,
      '/bin/garbage': { text: '\u007fELF garbage', mode: 0o755 },
    },
    cmd: ['/bin/garbage'],
  });
  t.is(ended.exitCode, 126, ended.transcript);
  for (const said of [
    /\[cont-init\.d\] loop: skipped: Symbolic link loop|\[cont-init\.d\] loop: skipped: Too many/,
    /\[cont-init\.d\] text: unusable: .*has no #! line/,
    /\[services\.d\] loop: skipped: \S/,
    /\[services\.d\] s: unusable: \/etc\/services\.d\/s\/run/,
    /\[cont-finish\.d\] loop: skipped: \S/,
    /unable to run the CMD: \/bin\/garbage: Exec format error/,
  ])
    t.regex(ended.stderr, said);
});
