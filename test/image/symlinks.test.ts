import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import type { ImageTree } from '../../src/image/image.js';
import { memoized, resolvePath } from '../../src/image/symlinks.js';
import { memoryTree } from './memory-tree.js';

/** The tree of a real folder, links and all: the kernel is the judge. */
function diskTree(root: string): ImageTree {
  return {
    lstat(path) {
      const found = lstatSync(join(root, path), { throwIfNoEntry: false });
      if (found === undefined) return Promise.resolve(undefined);
      if (found.isSymbolicLink()) return Promise.resolve({ target: readlinkSync(join(root, path)) });
      return Promise.resolve(found.isDirectory() ? 'directory' : 'other');
    },
    folder: () => Promise.reject(new Error('not asked here')),
    list: () => Promise.reject(new Error('not asked here')),
  };
}

test('relative links lead where realpath says, through chains, loops and ..', async (t) => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const steps = fc.array(fc.oneof({ weight: 4, arbitrary: name }, fc.constantFrom('..', '.')), {
    minLength: 1,
    maxLength: 4,
  });
  const entries = fc.array(
    fc.record({
      at: fc.array(name, { minLength: 1, maxLength: 3 }),
      kind: fc.constantFrom('folder', 'file', 'link', 'link'),
      to: steps,
    }),
    { maxLength: 14 },
  );
  await fc.assert(
    fc.asyncProperty(entries, fc.array(steps, { minLength: 1, maxLength: 6 }), async (list, wanted) => {
      // Four levels up from `root` is still below the folder, so that `..` leaves the tree only where we say so.
      const top = mkdtempSync(join(tmpdir(), 's6ts-links-'));
      const root = join(top, 'root');
      try {
        mkdirSync(root);
        for (const { at, kind, to } of list) make(join(root, ...at), kind, to.join('/'));
        for (const parts of wanted) await compare(t, root, parts.join('/'));
      } finally {
        rmSync(top, { recursive: true });
      }
    }),
    { numRuns: 150 },
  );
});

function make(path: string, kind: string, target: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (kind === 'folder') mkdirSync(path);
    else if (kind === 'file') writeFileSync(path, '');
    else symlinkSync(target, path);
  } catch {
    // The place is taken, or below a file or loop: one entry less.
  }
}

async function compare(
  t: { is(a: unknown, b: unknown, message?: string): void },
  root: string,
  path: string,
): Promise<void> {
  let real: string;
  try {
    real = realpathSync(join(root, path));
  } catch {
    return;
  }
  const inside = relative(root, real);
  // What leaves the root on the machine stays in it in a container: no comparison there.
  if (inside.startsWith('..') || path.split('/').includes('..')) return;
  if (leaves(root, path)) return;
  const found = await resolvePath(diskTree(root), path);
  t.is(found.kind === 'found' ? found.path : found.kind, inside, path);
}

/** True where a link on the way goes above the root, even if it comes back. */
function leaves(root: string, path: string): boolean {
  let place = root;
  const todo = path.split('/').reverse();
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    const next = join(place, part);
    if (relative(root, next).startsWith('..')) return true;
    const found = lstatSync(next, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() === true) todo.push(...readlinkSync(next).split('/').reverse());
    else place = next;
  }
  return false;
}

const USR = {
  bin: { link: 'usr/bin' },
  usr: 0o755,
  'usr/bin': 0o755,
  var: 0o755,
  'var/run': { link: '/run' },
  run: 0o755,
  up: { link: '../../../usr/./bin/..' },
  loop: { link: 'pool' },
  pool: { link: './loop' },
  gone: { link: '/opt/none' },
  file: 'file',
  below: { link: 'file/x' },
  'usr/up': { link: '..' },
} as const;

const CASES = [
  ['bin/sh', 'usr/bin/sh'],
  ['var/run/s6', 'run/s6'],
  ['up/x', 'usr/x'],
  ['gone/x', 'opt/none/x'],
  ['../../bin', 'usr/bin'],
  ['usr/up/usr/up/run', 'run'],
  ['', ''],
  ['/bin/', 'usr/bin'],
] as const;

for (const [path, real] of CASES) {
  test(`/${path} leads to /${real}`, async (t) => {
    t.like(await resolvePath(memoryTree(USR), path), { kind: 'found', path: real });
  });
}

test('a loop and a path below a file are blocked', async (t) => {
  t.like(await resolvePath(memoryTree(USR), 'loop/x'), { kind: 'blocked' });
  t.deepEqual(await resolvePath(memoryTree(USR), 'file/x'), { kind: 'blocked', by: 'file' });
  t.like(await resolvePath(memoryTree(USR), 'below'), { kind: 'blocked' });
  t.deepEqual(await resolvePath(memoryTree(USR), 'file'), { kind: 'found', path: 'file', node: 'other' });
});

test('a memoized tree is asked once for each path, and never below nothing', async (t) => {
  const tree = memoryTree(USR);
  const once = memoized(tree);
  for (const path of ['usr/bin/x', 'usr/bin/x', 'none/a/b', 'none/a/c']) await resolvePath(once, path);
  t.deepEqual(tree.asked, ['usr', 'usr/bin', 'usr/bin/x', 'none']);
});
