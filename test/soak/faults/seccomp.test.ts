import test from 'ava';
import { boxed, makeRoot, removeRoot, type Root } from '../box/box.js';
import { record } from '../sizes.js';
import { CMD, WORLD } from './sweep.js';

const [EPERM, ENOSYS] = [1, 38];
/**
 * Numbers of x86-64 (arch/x86/entry/syscalls/syscall_64.tbl): what is newer than 2018 and a libc may try first. clone3
 * is apart: Debian's glibc, with which s6 comes, takes EPERM of it for an answer.
 */
const NEW_CALLS: Readonly<Record<string, number>> = {
  statx: 332,
  rseq: 334,
  pidfd_send_signal: 424,
  pidfd_open: 434,
  close_range: 436,
  openat2: 437,
  faccessat2: 439,
  epoll_pwait2: 441,
  fchmodat2: 452,
};

let root: Root;
test.before(async () => {
  root = await makeRoot(WORLD);
});
test.after.always(() => removeRoot(root));

for (const [name, error] of [
  ['EPERM, as by an old libseccomp', EPERM],
  ['ENOSYS, as by an old kernel', ENOSYS],
] as const) {
  test(`newer system calls answer ${name}: nothing is missing`, async (t) => {
    const deny = Object.values(NEW_CALLS)
      .map((number) => `${number}:${error}`)
      .join(',');
    const ended = await boxed(root, { cmd: CMD, env: { S6TS_BOX_DENY: deny } });
    t.is(ended.end, 'exit 3', ended.stderr);
    t.deepEqual(ended.stdout.trim().split('\n').sort(), ['cmd', 'finish', 'init me', 's down', 's up']);
    await record(t, 'calls denied', Object.keys(NEW_CALLS).length);
  });
}

test('clone3 answers EPERM: that no service can be spawned is said, and the rest goes on', async (t) => {
  const ended = await boxed(root, { cmd: CMD, env: { S6TS_BOX_DENY: `435:${EPERM}` } });
  t.is(ended.end, 'exit 3', ended.stderr);
  t.regex(ended.stderr, /unable to spawn s6-supervise for \w: Operation not permitted/);
  t.regex(ended.stdout, /init me\ncmd\n[^]*finish\n/);
});

test('clone3 answers ENOSYS: nothing is missing', async (t) => {
  const ended = await boxed(root, { cmd: CMD, env: { S6TS_BOX_DENY: `435:${ENOSYS}` } });
  t.deepEqual(ended.stdout.trim().split('\n').sort(), ['cmd', 'finish', 'init me', 's down', 's up']);
});

/** What /init can't live without, denied to everybody: it says what it could not do, and ends. */
const VITAL: Readonly<Record<string, readonly [number, RegExp]>> = {
  clone: [56, /unable to fork for \S*s6-svscan: Operation not permitted/],
  mknodat: [259, /unable to make a fifo in \/run\/s6: Operation not permitted/],
  mkdirat: [258, /unable to make folders in \/run\/s6: Operation not permitted/],
  signalfd4: [289, /unable to make a signalfd: Operation not permitted/],
  wait4: [61, /unable to wait for children: Operation not permitted/],
  getdents64: [217, /unable to \S+ .*\/run\/s6: Operation not permitted/],
};
for (const [name, [number, said]] of Object.entries(VITAL)) {
  test(`${name} forbidden by seccomp: said, and 111`, async (t) => {
    const ended = await boxed(root, { cmd: CMD, env: { S6TS_BOX_DENY: `${number}:${EPERM}` } });
    t.is(ended.end, 'exit 111', ended.stderr);
    t.regex(ended.stderr, said);
  });
}

/** What it can do without, denied to everybody: the container does all that it should. */
const DISPENSABLE: Readonly<Record<string, number>> = {
  setsid: 112,
  setpgid: 109,
  chown: 92,
  fchownat: 260,
  prctl: 157,
  flock: 73,
  ioctl: 16,
};
for (const [name, number] of Object.entries(DISPENSABLE)) {
  test(`${name} forbidden by seccomp: done without`, async (t) => {
    const ended = await boxed(root, { cmd: CMD, env: { S6TS_BOX_DENY: `${number}:${EPERM}` } });
    t.is(ended.end, 'exit 3', ended.stderr);
    t.regex(ended.stdout, /cmd\n[^]*finish\n/);
  });
}
