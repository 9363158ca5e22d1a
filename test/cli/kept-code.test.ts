import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { s6ts } from '../harness/s6ts.js';

const folder = await mkdtemp(join(tmpdir(), 's6ts-code-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));

/** Runs a command that prints the same each time, with a cache of its own. */
async function asked(cache: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const ran = await s6ts(['env'], { XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: undefined, ...env });
  if (ran.code !== 0) throw new Error(ran.stderr);
  return ran.stdout;
}

const codeOf = async (cache: string): Promise<string[]> =>
  (await readdir(join(cache, 's6ts/code')).catch(() => [])).map((name) => join(cache, 's6ts/code', name));

/** A cache that holds the code of one command. */
async function filled(name: string): Promise<{ cache: string; file: string; answer: string }> {
  const cache = join(folder, name);
  const answer = await asked(cache);
  const [file = '', ...others] = await codeOf(cache);
  if (others.length > 0) throw new Error(`more than one: ${others.join(' ')}`);
  return { cache, file, answer };
}

test('the machine code of a command is kept once it has run, and used: not written again', async (t) => {
  const { cache, file, answer } = await filled('used');
  const before = await stat(file);
  t.is(await asked(cache), answer);
  const after = await stat(file);
  t.deepEqual([after.mtimeMs, after.ino], [before.mtimeMs, before.ino]);
  t.is((await codeOf(cache)).length, 1);
});

test('code that is damaged, cut, or for another V8 is made anew, and the command runs all the same', async (t) => {
  const { cache, file, answer } = await filled('damaged');
  const whole = await readFile(file);
  const spoilt = Buffer.from(whole);
  spoilt.fill(0xff, whole.length / 2, whole.length / 2 + 4096);
  for (const bytes of [
    spoilt,
    whole.subarray(0, whole.length / 3),
    Buffer.alloc(0),
    Buffer.from('no code'),
  ]) {
    await writeFile(file, bytes);
    t.is(await asked(cache), answer);
    t.deepEqual(await codeOf(cache), [file]);
    t.true((await stat(file)).size > 100_000);
  }
});

test('code that others could have written is not run', async (t) => {
  const { cache, file, answer } = await filled('foreign');
  const inodeAfter = async (): Promise<number> => {
    t.is(await asked(cache), answer);
    return (await stat(file)).ino;
  };
  let { ino } = await stat(file);
  for (const expose of [() => chmod(file, 0o666), () => chmod(file, 0o620), () => chown(file, 12_345, 0)]) {
    await expose();
    const made = await inodeAfter();
    t.not(made, ino, 'another file has taken its place');
    ino = made;
  }
  t.is(await inodeAfter(), ino);
});

test('NODE_COMPILE_CACHE says where, NODE_DISABLE_COMPILE_CACHE=1 does without; so do no home and no room', async (t) => {
  const answer = await asked(join(folder, 'plain'));
  const elsewhere = join(folder, 'elsewhere');
  t.is(await asked(join(folder, 'a'), { NODE_COMPILE_CACHE: elsewhere }), answer);
  t.is((await readdir(elsewhere)).length, 1);
  t.is(await asked(join(folder, 'b'), { NODE_DISABLE_COMPILE_CACHE: '1' }), answer);
  t.is(await asked(join(folder, 'c'), { NODE_COMPILE_CACHE: '/proc/nowhere' }), answer);
  t.deepEqual([await codeOf(join(folder, 'a')), await codeOf(join(folder, 'b'))], [[], []]);
});
