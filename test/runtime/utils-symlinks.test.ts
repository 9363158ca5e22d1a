import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bench } from './programs.js';

const { run, folder } = bench();

/** Makes files (their content is their path); returns the folder that holds them. */
function tree(...files: string[]): string {
  const root = mkdtempSync(join(folder, 't-'));
  for (const file of files) {
    const path = join(root, file);
    mkdirSync(file.endsWith('/') ? path : dirname(path), { recursive: true });
    if (!file.endsWith('/')) writeFileSync(path, file);
  }
  return root;
}

async function update(t: ExecutionContext, root: string, sources: string[], code = 0): Promise<string> {
  const result = await run('s6-update-symlinks', [
    join(root, 'd'),
    ...sources.map((name) => join(root, name)),
  ]);
  t.is(result.code, code, result.stderr);
  t.is(result.stderr === '', code === 0);
  return result.stderr;
}

const at = (root: string, path: string): string => readFileSync(join(root, 'd', path), 'utf8');
const target = (root: string, path: string): string =>
  readlinkSync(join(root, 'd', path)).slice(root.length + 1);

test('an empty source, or one that another overrides, leaves one link', async (t) => {
  const root = tree('a/x', 'empty/', 'b/x', 'b/y');
  await update(t, root, ['a', 'empty']);
  t.is(target(root, ''), 'a');
  await update(t, root, ['empty', 'a']);
  t.is(target(root, ''), 'a');
  await update(t, root, ['a', 'b']);
  t.is(target(root, ''), 'b');
  await update(t, root, ['a']);
  t.is(target(root, ''), 'a');
});

test('the later source counts, what can be shared is shared, the rest becomes folders', async (t) => {
  const root = tree('a/x', 'a/only-a/f', 'a/both/1', 'a/both/s/f', 'b/x', 'b/both/2', 'b/only-b/g', 'c/x');
  await update(t, root, ['a', 'b', 'c']);
  t.true(lstatSync(join(root, 'd')).isDirectory());
  t.is(at(root, 'x'), 'c/x');
  t.is(target(root, 'only-a'), 'a/only-a');
  t.is(target(root, 'only-b'), 'b/only-b');
  t.true(lstatSync(join(root, 'd/both')).isDirectory());
  t.is(target(root, 'both/1'), 'a/both/1');
  t.is(target(root, 'both/s'), 'a/both/s');
  t.is(target(root, 'both/2'), 'b/both/2');
  t.deepEqual(readdirSync(root).sort(), ['a', 'b', 'c', 'd']);
});

test('run again, it changes what the sources changed', async (t) => {
  const root = tree('a/x/1', 'b/y');
  await update(t, root, ['a', 'b']);
  t.is(target(root, 'x'), 'a/x');
  mkdirSync(join(root, 'b/x'));
  writeFileSync(join(root, 'b/x/2'), '2');
  await update(t, root, ['a', 'b']);
  t.is(target(root, 'x/1'), 'a/x/1');
  t.is(target(root, 'x/2'), 'b/x/2');
  await update(t, root, ['a'], 0);
  t.is(target(root, 'x/1'), 'a/x/1');
  t.deepEqual(readdirSync(join(root, 'd')).sort(), ['x', 'y'], 'in a real folder, other entries stay');
});

test('links to folders count as folders', async (t) => {
  const root = tree('real/f', 'a/z', 'b/x/g');
  symlinkSync('../real', join(root, 'a/x'));
  await update(t, root, ['a', 'b']);
  t.is(target(root, 'x/f'), 'a/x/f');
  t.is(target(root, 'x/g'), 'b/x/g');
});

test('contradictions exit 100 before anything is written', async (t) => {
  const mixed = tree('a/x', 'b/x/y');
  t.regex(await update(t, mixed, ['a', 'b'], 100), /conflict: one of .*a\/x and .*b\/x is a folder/);
  t.false(existsSync(join(mixed, 'd')));
  const inTheWay = tree('a/w', 'a/x', 'b/y', 'd/x');
  t.regex(await update(t, inTheWay, ['a', 'b'], 100), /conflict: .*d\/x is there and no link/);
  t.deepEqual(readdirSync(join(inTheWay, 'd')), ['x']);
  t.is(at(inTheWay, 'x'), 'd/x');
});

test('a source that is missing exits 111', async (t) => {
  const root = tree('a/x');
  t.regex(await update(t, root, ['a', 'nosuch'], 111), /unable to list .*nosuch: No such file or directory/);
});
