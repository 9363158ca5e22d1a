import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { commandCopy } from '../harness/checkout.js';
import { runS6ts, s6ts, S6TS } from '../harness/s6ts.js';

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

/** A cache that holds the code of one command, which has run twice: more isn't written. */
async function filled(name: string): Promise<{ cache: string; file: string; answer: string }> {
  const cache = join(folder, name);
  await asked(cache);
  const answer = await asked(cache);
  const [file = '', ...others] = await codeOf(cache);
  if (others.length > 0) throw new Error(`more than one: ${others.join(' ')}`);
  return { cache, file, answer };
}

/** Code as s6ts keeps it under this name: behind a digest. */
function sealed(file: string, code: Uint8Array): Buffer {
  return Buffer.concat([createHash('sha256').update(basename(file)).update(code).digest(), code]);
}

test('the compiled code of a command is kept after its first two runs, and used: not written again', async (t) => {
  const { cache, file, answer } = await filled('used');
  const before = await stat(file);
  t.is(await asked(cache), answer);
  const after = await stat(file);
  t.deepEqual([after.mtimeMs, after.ino], [before.mtimeMs, before.ino]);
  t.is((await codeOf(cache)).length, 1);
});

test('code that is damaged, cut, of another source or for another V8 is made anew, and the command runs all the same', async (t) => {
  const { cache, file, answer } = await filled('damaged');
  const whole = await readFile(file);
  const spoilt = Buffer.from(whole);
  spoilt.fill(0xff, whole.length / 2, whole.length / 2 + 4096);
  const code = whole.subarray(32);
  t.deepEqual(sealed(file, code), whole);
  // Behind our 8 bytes, V8's version stands in the second word (SerializedCodeData::kVersionHashOffset).
  const ofAnotherV8 = Buffer.from(code);
  ofAnotherV8.writeUInt32LE(~ofAnotherV8.readUInt32LE(12) >>> 0, 12);
  for (const bytes of [
    spoilt,
    whole.subarray(0, whole.length / 3),
    Buffer.alloc(0),
    Buffer.from('no code'),
    sealed(file, Buffer.from('no code')),
    sealed(file, ofAnotherV8),
    sealed('another', code),
  ]) {
    await writeFile(file, bytes);
    t.is(await asked(cache), answer);
    t.deepEqual(await codeOf(cache), [file]);
    t.true((await stat(file)).size > 100_000);
    t.false((await readFile(file)).equals(bytes));
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
  const settled = await inodeAfter();
  t.is(await inodeAfter(), settled);

  await rm(file);
  execFileSync('mkfifo', [file]);
  await inodeAfter();
  t.true((await stat(file)).isFile(), 'nobody waits for the writer of a fifo');
  const elsewhere = join(folder, 'elsewhere.code');
  await writeFile(elsewhere, await readFile(file));
  await rm(file);
  await symlink(elsewhere, file);
  t.not(await inodeAfter(), (await stat(elsewhere)).ino, 'a link is not followed');
});

test('NODE_COMPILE_CACHE says where, NODE_DISABLE_COMPILE_CACHE=1 does without; so do no home and no room', async (t) => {
  const answer = await asked(join(folder, 'plain'));
  const elsewhere = join(folder, 'elsewhere');
  t.is(await asked(join(folder, 'a'), { NODE_COMPILE_CACHE: elsewhere }), answer);
  t.is((await readdir(elsewhere)).length, 1);
  t.is(await asked(join(folder, 'b'), { NODE_DISABLE_COMPILE_CACHE: '1' }), answer);
  await asked(join(folder, 'unset'), { NODE_COMPILE_CACHE: '' });
  t.is((await codeOf(join(folder, 'unset'))).length, 1, 'an empty value says nothing');
  t.is(await asked(join(folder, 'c'), { NODE_COMPILE_CACHE: '/proc/nowhere' }), answer);
  t.deepEqual([await codeOf(join(folder, 'a')), await codeOf(join(folder, 'b'))], [[], []]);
});

test('a checkout that is compiled and not joined is said to be not built', async (t) => {
  const copy = join(folder, 'unbuilt');
  await commandCopy(copy);
  await rm(join(copy, 'dist/cli/run.cjs'));
  const ran = await runS6ts(join(copy, 'bin/run.cjs'), ['env']);
  t.deepEqual(ran, {
    code: 2,
    stdout: '',
    stderr: 's6ts: this checkout is not built yet\n  → npm ci && npm run build\n',
  });
});

test('a command that comes to a standstill is a failure, never a good end', async (t) => {
  const copy = join(folder, 'standstill');
  await commandCopy(copy);
  const never = '(exports) => { exports.COMMANDS = {}; exports.runCli = () => new Promise(() => {}); }';
  await writeFile(join(copy, 'dist/cli/run.cjs'), never);
  const ran = await runS6ts(join(copy, 'bin/run.cjs'), ['env']);
  t.is(ran.code, 2);
  t.regex(ran.stderr, /^s6ts: nothing goes on, and the command is not done/);
});

test('a Ctrl-C while the code is written leaves no temporary file', async (t) => {
  const code = join(folder, 'interrupted');
  const written = (): string[] => {
    try {
      return readdirSync(code);
    } catch {
      return [];
    }
  };
  for (let round = 0; round < 5; round += 1) {
    await rm(code, { recursive: true, force: true });
    const env = { PATH: process.env['PATH'], HOME: folder, NODE_COMPILE_CACHE: code };
    const child = spawn(process.execPath, [S6TS, 'env'], { env, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const limit = performance.now() + 60_000;
    while (written().length === 0 && performance.now() < limit) await setImmediate();
    child.kill('SIGINT');
    await ended;
    t.deepEqual(
      written().filter((name) => name.endsWith('.tmp')),
      [],
    );
  }
});
