import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { reasonOf } from '../../src/base/error.js';
import { openJournal } from '../../src/image/fleet-journal.js';
import { temporaryFolder } from './injecting.js';

test('a full disk cuts a line of the journal: what is noted once there is room again counts', async (t) => {
  const folder = await temporaryFolder(t);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12k', 'none', folder]);
  t.teardown(() => execFileSync('umount', [folder]));
  const done = { image: 'i', target: 't'.repeat(700), id: 'sha256:0' };
  const journal = await openJournal(folder, 'a fleet');
  await journal.add(0, done);
  await writeFile(join(folder, 'ballast'), 'x');
  const noted = [0];
  for (let item = 1; noted.at(-1) === item - 1; item += 1) {
    const error = await journal.add(item, done).catch(reasonOf);
    if (error === undefined) noted.push(item);
    else t.regex(error, /cannot write the journal .*no space left/);
  }
  await rm(join(folder, 'ballast'));
  await journal.add(100, done);
  t.deepEqual([...(await openJournal(folder, 'a fleet')).done.keys()], [...noted, 100]);
});
