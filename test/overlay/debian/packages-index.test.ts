import test from 'ava';
import { streamOf } from '../../../src/base/byte-stream.js';
import { readPackagesIndex } from '../../../src/overlay/source/debian/packages-index.js';

const stanza = (name: string, version: string, depends: string, last = ''): string => `Package: ${name}
Version: ${version}
Description: words
 Package: not-one
 Depends: nothing
Depends: ${depends}
Description-md5: 0
Filename: pool/main/${name}_${version}.deb
Size: 7
SHA256: ${'a'.repeat(64)}${last}`;
const TEXT = [
  stanza('app', '2', 'lib-a (>= 1),\n lib-b | lib-c', '\nTag: one,\n Filename: pool/none'),
  stanza('app', '10', 'lib-d'),
  stanza('last', '1', 'lib-e'),
].join('\n\n');

test('whatever pieces an index comes in, and whatever else it says, the fields that count are read', async (t) => {
  const bytes = Buffer.from(TEXT);
  for (let size = 1; size <= bytes.length; size += 1) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    const index = await readPackagesIndex(streamOf(pieces), 'the index');
    t.is(index.newest('not-one'), undefined);
    t.deepEqual([index.newest('app')?.version, index.newest('app')?.depends], ['10', [['lib-d']]]);
    t.deepEqual(index.newest('last')?.depends, [['lib-e']]);
    t.true(index.lists({ name: 'app', path: 'pool/main/app_2.deb', size: 7, sha256: 'a'.repeat(64) }));
  }
  const only = await readPackagesIndex(streamOf([Buffer.from(TEXT.split('\n\n')[0] ?? '')]), 'the index');
  t.deepEqual(only.newest('app')?.depends, [['lib-a'], ['lib-b', 'lib-c']]);
});
