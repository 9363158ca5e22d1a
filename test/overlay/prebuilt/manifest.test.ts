import test from 'ava';
import { archiveName, parseManifest } from '../../../src/overlay/source/prebuilt/manifest.js';

test('a manifest as the seed’s builder writes it, blank lines and CRLF included', (t) => {
  const packages = parseManifest('skalibs=2.9.2.1\r\n# one\ns6-portable-utils=2.2.2.2\n\n\n', 'm');
  t.deepEqual(packages, [
    { name: 'skalibs', version: '2.9.2.1' },
    { name: 's6-portable-utils', version: '2.2.2.2' },
  ]);
  t.deepEqual(
    packages.map((each) => archiveName(each, 'aarch64')),
    ['skalibs-2.9.2.1-linux-aarch64-bin.tar.gz', 's6-portable-utils-2.2.2.2-linux-aarch64-bin.tar.gz'],
  );
});

for (const [name, text, message] of [
  ['no package', '\n# only a comment\n', /names no package/],
  ['a name with a way up', 's6=1\n../s6=2\n', /line 2 .*\.\.\/s6=2/],
  ['a version with a slash', 's6=1/../../etc\n', /line 1/],
  ['a web page', '<!DOCTYPE html>\n', /line 1/],
  ['a package named twice', 's6=1\ns6=2\n', /line 2 names s6 a second time/],
] as const) {
  test(`${name} is refused with its line`, (t) => {
    t.throws(() => parseManifest(text, 'm'), { code: 'skaware-manifest', message });
  });
}
