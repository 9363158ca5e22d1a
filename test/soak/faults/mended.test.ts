/** Faults of /init that the sweeps showed: each has its test here. */
import test from 'ava';
import { boxed, makeRoot, removeRoot, type BoxEnded, type Root } from '../box/box.js';
import { CMD, WORLD } from './sweep.js';

let root: Root;
test.before(async () => {
  root = await makeRoot(WORLD);
});
test.after.always(() => removeRoot(root));

/** The world with one call on one path failing. */
function failing(call: string, error: string, options: readonly string[] = []): Promise<BoxEnded> {
  const strace = ['-f', '-b', 'execve', ...options, `--inject=${call}:error=${error}`];
  return boxed(root, { cmd: CMD, strace });
}

test('a stat of /var/run/s6 that fails does not delete the work area', async (t) => {
  const ended = await failing('newfstatat', 'EIO:when=2', ['-P', '/var/run/s6/services']);
  t.is(ended.end, 'exit 3', ended.stderr);
  t.regex(ended.stdout, /init me\n[^]*finish\n/);
});

test('/dev/shm is refused where not every link of /run/s6 leads there: no variable is lost', async (t) => {
  // The folder's first entry is gone when the second can't be deleted.
  const ended = await failing('unlinkat', 'EPERM:when=2');
  t.is(ended.end, 'exit 111', ended.stdout);
  t.regex(
    ended.stderr,
    /unable to delete the leftovers of an earlier start in \/run\/s6: Operation not permitted/,
  );
});

test('a service folder that was made but not opened is no obstacle to the next service', async (t) => {
  const ended = await failing('openat', 'EMFILE:when=1', ['-P', '.s6-new0']);
  t.regex(ended.stderr, /\[services\.d\] s: left out: unable to make its folder: Too many open files/);
  t.notRegex(ended.stderr, /\[services\.d\] t/);
});

test('a clock that fails once does not stop /init for ever', async (t) => {
  for (const when of [20, 30, 31, 32, 40]) {
    const ended = await failing('clock_gettime', `EPERM:when=${when}`);
    t.is(ended.end, 'exit 3', ended.stderr);
  }
});

test('an end of a child that can’t be waited for is said, not waited for without end', async (t) => {
  const ended = await failing('wait4', 'EPERM:when=4');
  t.is(ended.end, 'exit 111', ended.stdout);
  t.regex(ended.stderr, /unable to wait for children: Operation not permitted/);
});

test('a service or script that can’t be looked at: said with the reason', async (t) => {
  const service = await failing('newfstatat', 'EIO', ['-P', '/etc/services.d/s']);
  t.regex(service.stderr, /\[services\.d\] s: skipped: I\/O error/);
  const script = await failing('newfstatat', 'EIO', ['-P', '/etc/cont-finish.d/10-say']);
  t.regex(script.stderr, /\[cont-finish\.d\] 10-say: skipped: I\/O error/);
});

test('a name for v3’s scripts that can’t be made is said', async (t) => {
  const ended = await failing('symlink', 'ENOSPC', ['-P', '/run/service']);
  t.regex(ended.stderr, /unable to make the link \/run\/service: No space left on device/);
});
