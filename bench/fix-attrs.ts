/**
 * fix-attrs over a tree that is right already: its time beside `find -printf` on the same tree, and what it writes: the
 * calls that change owner or mode, and what lands in an overlay's upper folder. Needs root.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interleave, overlayTarball, report, scratch } from './harness.js';
import { compileLauncher, launch, makeRoot } from './launcher.js';
import { hostRoot } from './peers.js';

const [FOLDERS, FILES] = [1000, 99];
const FIX_ATTRS = ['/usr/bin/fix-attrs', '/rules'];
/** Into a file: the launcher's pipe is read for marks only. */
const FIND = ['/usr/bin/find', '/data', '-fprintf', '/dev/null', '%U %G %m\\n'];

const { folder, remove } = scratch();
try {
  const overlay = overlayTarball(join(folder, 'release'));
  const { launch: launcher, mark } = compileLauncher(folder);
  const tree = join(folder, 'tree');
  for (let index = 0; index < FOLDERS; index++) {
    mkdirSync(join(tree, `d${index}`), { recursive: true });
    for (let file = 0; file < FILES; file++) writeFileSync(join(tree, `d${index}/f${file}`), '');
  }
  const rules = { rules: '/data true root:root 0644 0755\n' };
  const ours = makeRoot(join(folder, 'ours'), overlay, mark, rules);
  const find = hostRoot(join(folder, 'find'), mark, {});
  for (const root of [ours, find]) {
    mkdirSync(join(root, 'data'));
    execFileSync('mount', ['--bind', tree, join(root, 'data')]);
  }
  const run = (root: string, argv: readonly string[]) => () => {
    const { code, end } = launch(launcher, 'life', root, 0, argv);
    if (code !== 0) throw new Error(`${argv[0]}: exit code ${code}`);
    return end;
  };
  run(ours, FIX_ATTRS)(); // from here on everything is right
  report(
    'fix-attrs over 100,000 entries already right',
    'ms',
    'find -printf',
    await interleave(
      new Map([
        ['find -printf', run(find, FIND)],
        ['fix-attrs', run(ours, FIX_ATTRS)],
      ]),
    ),
    [{ of: 'fix-attrs', peer: 'find -printf', limit: 1.5, at: 'most' }],
  );
  const writes = [writeCalls(ours)];
  const copied = [copiedUp(ours)];
  report(
    'metadata written over 100,000 entries already right',
    'writes',
    'calls',
    [
      { name: 'calls', samples: writes },
      { name: 'entries copied up', samples: copied },
    ],
    [
      { of: 'calls', limit: 0, at: 'most' },
      { of: 'entries copied up', limit: 0, at: 'most' },
    ],
  );

  /**
   * How many calls that change an owner, a mode, a time or an extended attribute it makes. What only looks isn't traced,
   * and all else is: a strace older than fchmodat2 knows that call by its number only.
   */
  function writeCalls(root: string): number {
    const log = join(folder, 'strace');
    const looks = '!newfstatat,fstat,openat,getdents64,close,lseek,brk';
    execFileSync('strace', [
      ...['-f', '--seccomp-bpf', '-o', log, '-e', `trace=${looks}`],
      ...[launcher, 'life', root, '0', ...FIX_ATTRS],
    ]);
    const change = /^\d+ +((f|l)?(ch(own|mod)|utime|setxattr)|syscall_0x)/;
    return readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => change.test(line)).length;
  }

  /** How many entries an overlay over the tree has in its upper folder afterwards. */
  function copiedUp(root: string): number {
    const [upper, work, data] = [join(folder, 'upper'), join(folder, 'work'), join(root, 'data')];
    for (const path of [upper, work]) mkdirSync(path);
    const options = `lowerdir=${tree},upperdir=${upper},workdir=${work}`;
    execFileSync('mount', ['-t', 'overlay', '-o', options, 's6ts-bench', data]);
    run(root, FIX_ATTRS)();
    execFileSync('umount', [data]);
    return readdirSync(upper).length;
  }
} finally {
  remove();
}
