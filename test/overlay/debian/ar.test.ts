import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { S6tsError } from '../../../src/base/error.js';
import { readAr } from '../../../src/overlay/source/debian/ar.js';
import { readDeb } from '../../../src/overlay/source/debian/deb.js';
import { tarOf } from '../../harness/tarball.js';
import { arOf } from '../../harness/deb.js';

test('reads what binutils writes', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 's6ts-ar-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'odd'), 'abc');
  writeFileSync(join(folder, 'even'), 'abcd');
  execFileSync('ar', ['rcS', 'x.ar', 'odd', 'even'], { cwd: folder });
  const members = readAr(readFileSync(join(folder, 'x.ar')), 'x.ar');
  t.deepEqual(
    [...members].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
    [
      ['odd', 'abc'],
      ['even', 'abcd'],
    ],
  );
});

const members = fc.uniqueArray(
  fc.tuple(fc.stringMatching(/^[a-z][a-z.-]{0,14}$/), fc.uint8Array({ maxLength: 40 })),
  {
    maxLength: 5,
    selector: ([name]) => name,
  },
);

test('what is written is read again', (t) => {
  fc.assert(
    fc.property(members, (list) => {
      const read = readAr(arOf(list), 'x');
      t.deepEqual(
        [...read].map(([name, bytes]) => [name, Buffer.from(bytes)]),
        list.map(([name, bytes]) => [name, Buffer.from(bytes)]),
      );
    }),
  );
});

test('a cut archive is never taken for a whole one with the same members', (t) => {
  const whole = arOf([
    ['debian-binary', Buffer.from('2.0\n')],
    ['data.tar', Buffer.from('some bytes')],
  ]);
  for (let length = 0; length < whole.length; length++) {
    try {
      t.true(readAr(whole.subarray(0, length), 'x').size < 2, `cut at ${length}`);
    } catch (error) {
      t.true(error instanceof S6tsError && error.code === 'deb-malformed');
    }
  }
});

test('a package without its parts, of another format, or in a compression that we lack is refused', async (t) => {
  const data = tarOf({ '/usr/bin/x': 'x' });
  for (const [list, code] of [
    [
      [
        ['debian-binary', Buffer.from('3.0\n')],
        ['data.tar', data],
      ],
      'deb-malformed',
    ],
    [[['data.tar', data]], 'deb-malformed'],
    [[['debian-binary', Buffer.from('2.0\n')]], 'deb-malformed'],
    [
      [
        ['debian-binary', Buffer.from('2.0\n')],
        ['data.tar.zst', data],
      ],
      'decompress-failed',
    ],
    [
      [
        ['debian-binary', Buffer.from('2.0\n')],
        ['data.tar.xz', data],
      ],
      'decompress-failed',
    ],
    [
      [
        ['debian-binary', Buffer.from('2.0\n')],
        ['data.tar', data.subarray(0, 700)],
      ],
      'tar-malformed',
    ],
  ] as [[string, Uint8Array][], string][]) {
    const error = await t.throwsAsync(readDeb(arOf(list), 'x.deb'), { instanceOf: S6tsError });
    t.is(error.code, code, error.message);
    t.regex(error.message, /x\.deb/);
  }
});
