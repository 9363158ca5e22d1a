import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { writeFileAtomic } from '../../src/base/atomic-file.js';
import { makeFolder } from '../../src/base/make-folder.js';

test('it makes what is missing, once or twice, at the same time too', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 's6ts-folder-'));
  t.teardown(() => rm(root, { recursive: true }));
  const path = join(root, 'a', 'b', 'c');
  await Promise.all([makeFolder(path, 0o700), makeFolder(path, 0o700)]);
  await makeFolder(path);
  t.is((await stat(path)).mode & 0o777, 0o700);
  await symlink('a', join(root, 'link'));
  await makeFolder(join(root, 'link', 'd'));
  t.true((await stat(join(root, 'a', 'd'))).isDirectory());
});

test('a file in the way is said, with its errno', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 's6ts-folder-'));
  t.teardown(() => rm(root, { recursive: true }));
  await writeFile(join(root, 'file'), '');
  await t.throwsAsync(makeFolder(join(root, 'file')), { code: 'EEXIST' });
  await t.throwsAsync(makeFolder(join(root, 'file', 'below')), { code: 'ENOTDIR' });
});

test('a folder below /proc fails instead of being asked for for ever', async (t) => {
  await t.throwsAsync(makeFolder('/proc/s6ts-none/below'), { code: 'ENOENT' });
  await t.throwsAsync(writeFileAtomic('/proc/s6ts-none/file', 'x'), {
    code: 'file-missing',
    message: /cannot write \/proc\/s6ts-none\/file/,
  });
});
