import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'ava';
import { pendingTemporaryFiles, stageFile, writeFileAtomic } from '../../src/base/atomic-file.js';
import { S6tsError } from '../../src/base/error.js';
import { temporaryFolder } from '../harness/gpg.js';

test.serial('the longest names that a file system takes are written', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['n'.repeat(255), 'é'.repeat(127)]) {
    await writeFileAtomic(join(folder, name), 'x');
    t.is(readFileSync(join(folder, name), 'utf8'), 'x');
  }
  t.is(readdirSync(folder).length, 2);
});

test.serial(
  'a name too long, and a folder in the place of the file: said by name, nothing left',
  async (t) => {
    const folder = await temporaryFolder(t);
    mkdirSync(join(folder, 'taken'));
    for (const [name, reason] of [
      ['n'.repeat(256), /the name is too long/],
      [join('n'.repeat(256), 'below'), /the name is too long/],
      ['taken', /it is a folder/],
    ] as const) {
      const error = await t.throwsAsync(writeFileAtomic(join(folder, name), 'x'), { instanceOf: S6tsError });
      t.regex(error.message, reason);
      t.is(error.what, join(folder, name));
    }
    t.deepEqual(readdirSync(folder), ['taken']);
    t.deepEqual(pendingTemporaryFiles(), []);
  },
);

test.serial('content that fails in the middle leaves the old file, and no other', async (t) => {
  const path = join(await temporaryFolder(t), 'file');
  writeFileSync(path, 'old');
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('half'));
    throw new Error('the source broke');
  }
  await t.throwsAsync(writeFileAtomic(path, broken()), { message: /the source broke/ });
  t.is(readFileSync(path, 'utf8'), 'old');
  t.deepEqual(readdirSync(join(path, '..')), ['file']);
});

test.serial('staged files are known to an interrupt until they have their names', async (t) => {
  const path = join(await temporaryFolder(t), 'file');
  const staged = await stageFile(path, 'x', { exclusive: true });
  t.is(pendingTemporaryFiles().length, 1);
  staged.commit();
  t.deepEqual(pendingTemporaryFiles(), []);
  const second = await stageFile(path, 'y', { exclusive: true });
  t.throws(() => second.commit(), { message: /it exists already/ });
  t.deepEqual(readdirSync(join(path, '..')), ['file']);
});

test.serial('what a killed s6ts left a day ago goes, and nothing else', async (t) => {
  const folder = await temporaryFolder(t);
  // As after a SIGKILL between writing and renaming.
  const left = await stageFile(join(folder, 'release.tar.gz'), 'half');
  const before = (hours: number): Date => new Date(statSync(left.temporary).mtimeMs - hours * 3_600_000);
  const here = join(folder, 'sub');
  mkdirSync(here);
  const [old, young] = ['.old.s6ts-0123456789ab.tmp', '.young.s6ts-0123456789ab.tmp'];
  const others = ['.mine.0123456789ab.tmp', '.s6ts-0123456789ab.tmp', 'a.s6ts-0123456789ab.tmp'];
  t.regex(
    basename(left.temporary).replace(/[0-9a-f]{12}/, '0123456789ab'),
    /^\.release\.tar\.gz\.s6ts-0123456789ab\.tmp$/,
  );
  for (const name of [old, ...others]) {
    writeFileSync(join(here, name), 'x');
    utimesSync(join(here, name), before(25), before(25));
  }
  writeFileSync(join(here, young), 'x');
  utimesSync(join(here, young), before(23), before(23));
  left.discard();
  await writeFileAtomic(join(here, 'file'), 'x');
  t.deepEqual(readdirSync(here).sort(), [...others, young, 'file'].sort());
});
