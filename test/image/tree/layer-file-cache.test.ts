import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { digestOf } from '../../../src/base/digest.js';
import { cachedLayerFile } from '../../../src/image/tree/layer-file-cache.js';
import { temporaryFolder } from '../../harness/gpg.js';

const DIFF_ID = digestOf('a layer');

for (const [what, text] of [
  ['a file', 'root:x:0:0\napp:x:1:1\n'],
  ['an empty file', ''],
] as const) {
  test(`${what} of a layer is read once, and again where what is kept of it is cut or another's`, async (t) => {
    const folder = await temporaryFolder(t);
    let reads = 0;
    const read = async (cache: string): Promise<string | undefined> => {
      const bytes = await cachedLayerFile(join(folder, cache), DIFF_ID, 'etc/passwd', () => {
        reads += 1;
        return Promise.resolve(Buffer.from(text));
      });
      return bytes === undefined ? undefined : Buffer.from(bytes).toString();
    };
    t.deepEqual([await read('first'), reads], [text, 1]);
    const [name = ''] = await readdir(join(folder, 'first/layers'));
    const whole = await readFile(join(folder, 'first/layers', name));
    // In a folder of its own each time: what is in use is in memory, too.
    for (const [cache, kept, expected] of [
      ['same', whole, 1],
      ['cut', whole.subarray(0, -1), 2],
      ['twice', Buffer.concat([whole, whole]), 3],
      ['empty', Buffer.alloc(0), 4],
    ] as const) {
      await mkdir(join(folder, cache, 'layers'), { recursive: true });
      await writeFile(join(folder, cache, 'layers', name), kept);
      t.deepEqual([await read(cache), reads], [text, expected]);
    }
  });
}

test('what lies in the place of a file of the cache and is none is not waited for', async (t) => {
  const folder = await temporaryFolder(t);
  const text = Buffer.from('text');
  const read = async (cache: string): Promise<string> => {
    const bytes = await cachedLayerFile(join(folder, cache), DIFF_ID, 'p', () => Promise.resolve(text));
    return Buffer.from(bytes ?? []).toString();
  };
  t.is(await read('first'), 'text');
  const [name = ''] = await readdir(join(folder, 'first/layers'));
  for (const [cache, make] of [
    ['fifo', 'mkfifo "$0"'],
    ['endless', 'ln -s /dev/zero "$0"'],
    ['folder', 'mkdir "$0"'],
  ] as const) {
    await mkdir(join(folder, cache, 'layers'), { recursive: true });
    execFileSync('bash', ['-euc', make, join(folder, cache, 'layers', name)]);
    t.is(await read(cache), 'text', cache);
  }
});

test('of a layer’s files each is kept for itself, and nothing of one that isn’t had', async (t) => {
  const cache = await temporaryFolder(t);
  const ask = (path: string, bytes: Uint8Array | undefined): Promise<Uint8Array | undefined> =>
    cachedLayerFile(cache, DIFF_ID, path, () => Promise.resolve(bytes));
  t.is(await ask('etc/shadow', undefined), undefined);
  t.deepEqual(await ask('etc/passwd', Buffer.from('a')), Buffer.from('a'));
  t.deepEqual(await ask('etc/group', Buffer.from('b')), Buffer.from('b'));
  t.is((await readdir(join(cache, 'layers'))).length, 2);
});
