import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { temporaryName } from '../../src/base/atomic-file.js';
import { ifUnchanged, stateOf } from '../../src/base/unchanged.js';

const folder = await mkdtemp(join(tmpdir(), 's6ts-unchanged-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));

const fileOf = (name: string): string => join(folder, name);

test('a file that was replaced, written to, made or removed since is not replaced', async (t) => {
  const file = fileOf('changed');
  const refuses = async (before: ReturnType<typeof stateOf>): Promise<void> => {
    t.false(await ifUnchanged(file, before, () => t.fail()));
  };
  const none = stateOf(file);
  t.is(none, undefined);
  writeFileSync(file, 'one');
  await refuses(none);
  const first = stateOf(file);
  await utimes(file, 1, 1);
  await refuses(first);
  const second = stateOf(file);
  writeFileSync(`${file}-new`, 'two');
  await utimes(`${file}-new`, 1, 1);
  renameSync(`${file}-new`, file);
  await refuses(second);
  const third = stateOf(file);
  await rm(file);
  await refuses(third);
  t.true(await ifUnchanged(file, none, () => writeFileSync(file, 'again')));
  t.is(readFileSync(file, 'utf8'), 'again');
});

test('of many at once each counts on what the one before it has made', async (t) => {
  const file = fileOf('count');
  writeFileSync(file, '0');
  const countUp = async (who: number): Promise<void> => {
    for (;;) {
      const before = stateOf(file);
      const next = String(Number(readFileSync(file, 'utf8')) + 1);
      await Promise.resolve();
      writeFileSync(`${file}-${who}`, next);
      if (await ifUnchanged(file, before, () => renameSync(`${file}-${who}`, file))) return;
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, who) => countUp(who)));
  t.is(readFileSync(file, 'utf8'), '20');
});

test('the lock of a killed process is passed over, and gone after that', async (t) => {
  const file = fileOf('killed');
  writeFileSync(file, 'old');
  writeFileSync(temporaryName(file, '000000000000'), '');
  t.true(await ifUnchanged(file, stateOf(file), () => writeFileSync(file, 'new')));
  t.is(readFileSync(file, 'utf8'), 'new');
  t.deepEqual(
    (await readdir(folder)).filter((name) => name.includes('killed')),
    ['killed'],
  );
});

test('a folder that takes no lock is said, the file named', async (t) => {
  await t.throwsAsync(
    ifUnchanged('/proc/none', undefined, () => t.fail()),
    { message: /cannot write \/proc\/none/ },
  );
});
