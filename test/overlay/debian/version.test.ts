import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { compareVersions } from '../../../src/overlay/source/debian/version.js';

/** dpkg's own word: -1, 0 or 1 for each pair, all asked in one shell. */
function askDpkg(pairs: readonly (readonly [string, string])[]): number[] {
  const script = pairs
    .map(
      ([a, b]) =>
        `dpkg --compare-versions '${a}' lt '${b}' && echo -1 || { dpkg --compare-versions '${a}' eq '${b}' && echo 0 || echo 1; }`,
    )
    .join('\n');
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n').map(Number);
}

const KNOWN: readonly (readonly [string, string])[] = [
  ['6.12.107-1', '6.12.117-1'],
  ['2.41-12+deb13u5', '2.41-12'],
  ['1.2.5-3.1~deb13u1', '1.2.5-3.1'],
  ['1:1.0', '2.0'],
  ['1.0-1', '1.0-1'],
  ['1.0~rc1', '1.0'],
  ['1.0a', '1.0+'],
  ['1.01', '1.1'],
  ['99999999999999999999', '99999999999999999998'],
  ['1.0-1-2', '1.0-1'],
];

test('orders as dpkg does: versions in the field', (t) => {
  const ours = KNOWN.map(([a, b]) => Math.sign(compareVersions(a, b)));
  t.deepEqual(ours, askDpkg(KNOWN));
});

test('orders as dpkg does: any version', (t) => {
  const version = fc.stringMatching(/^([0-2]:)?[0-9][0-9a-bZ.+~]{0,5}(-[0-9ab+.~]{1,3})?$/);
  const pairs = fc.sample(fc.tuple(version, version), 150);
  t.deepEqual(
    pairs.map(([a, b]) => Math.sign(compareVersions(a, b))),
    askDpkg(pairs),
  );
});
