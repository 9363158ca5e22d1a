import test from 'ava';
import fc from 'fast-check';
import {
  defaultTarget,
  formatImageName,
  formatReference,
  parseImageName,
  parseReference,
} from '../../src/image/reference.js';
import { targetReference } from '../../src/image/target.js';

const HEX = 'a'.repeat(64);

test('a name without prefix is an image in a Docker engine', (t) => {
  t.deepEqual(parseReference('app'), { transport: 'docker-daemon', kind: 'name', name: { path: 'app' } });
  t.deepEqual(parseReference('docker-daemon:app:1'), {
    transport: 'docker-daemon',
    kind: 'name',
    name: { path: 'app', tag: '1' },
  });
});

const NAMES: readonly (readonly [string, object])[] = [
  ['localhost:5000/app', { domain: 'localhost:5000', path: 'app' }],
  ['localhost/app', { domain: 'localhost', path: 'app' }],
  ['localhost', { path: 'localhost' }],
  ['localhost:5000', { path: 'localhost', tag: '5000' }],
  ['r.example:5000/a/b:c', { domain: 'r.example:5000', path: 'a/b', tag: 'c' }],
  ['user/app:v1', { path: 'user/app', tag: 'v1' }],
  ['[::1]:5000/app:1', { domain: '[::1]:5000', path: 'app', tag: '1' }],
  ['UPPER/app', { domain: 'UPPER', path: 'app' }],
  [`app@sha256:${HEX}`, { path: 'app', digest: `sha256:${HEX}` }],
  [`app:1@sha256:${HEX}`, { path: 'app', tag: '1', digest: `sha256:${HEX}` }],
  ['a__b/c---d.e_f', { path: 'a__b/c---d.e_f' }],
  ['app:1.2-RC_3', { path: 'app', tag: '1.2-RC_3' }],
];

for (const [text, expected] of NAMES) {
  test(`the name ${text} is read and written back`, (t) => {
    t.deepEqual(parseImageName(text), expected);
    t.is(formatImageName(parseImageName(text)), text);
  });
}

const WRONG = [
  ['', 'its name'],
  ['App', 'its name'],
  ['a..b', 'its name'],
  ['a___b', 'its name'],
  ['-a', 'its name'],
  ['a/', 'its name'],
  ['a//b', 'its name'],
  ['app:', 'its tag'],
  ['app:.1', 'its tag'],
  [`app:${'t'.repeat(129)}`, 'its tag'],
  ['app@sha256:12', 'its digest'],
  ['app@', 'its digest'],
  ['a.b:x/app', 'its registry'],
  ['a'.repeat(256), 'its name'],
] as const;

for (const [text, part] of WRONG) {
  test(`${JSON.stringify(text.slice(0, 20))} is refused for ${part}`, (t) => {
    const error = t.throws(() => parseReference(text), { code: 'reference-invalid' });
    t.true(error.message.includes(part), error.message);
  });
}

test('an id is one with and without its algorithm', (t) => {
  t.deepEqual(parseReference(HEX), { transport: 'docker-daemon', kind: 'id', id: `sha256:${HEX}` });
  t.is(formatReference(parseReference(`docker-daemon:sha256:${HEX}`)), `sha256:${HEX}`);
});

test('an upper-case name gets its lower-case form as a hint', (t) => {
  t.like(
    t.throws(() => parseReference('MyImage:1')),
    { hint: 'names are lower case: myimage:1' },
  );
});

test('each place is read as skopeo writes it, and written back', (t) => {
  for (const text of [
    'docker://host.example/app:1',
    'docker://localhost:5000/a/b:1',
    `docker://host.example/app@sha256:${HEX}`,
    'oci:dir/sub:1',
    'oci:dir',
    'oci-archive:f.tar:1',
    'docker-archive:f.tar:host.example/app:1',
    'docker-archive:f.tar:@1',
    'rootfs:a:b',
  ]) {
    t.is(formatReference(parseReference(text)), text);
  }
  t.is(formatReference(parseReference('docker://busybox')), 'docker://docker.io/library/busybox');
  t.is(formatReference(parseReference('docker:dind')), 'docker:dind');
  for (const text of [
    'oci:',
    'oci:dir:',
    'oci:dir:-x',
    'docker-archive:f:UPPER',
    'docker-archive:f:@x',
    'docker://host.example/',
  ]) {
    t.throws(() => parseReference(text), { code: 'reference-invalid' }, text);
  }
});

test('a place that s6ts has nothing for is named, with the way to one', (t) => {
  for (const text of ['dir:d', 'containers-storage:app']) {
    const error = t.throws(() => parseReference(text), { code: 'transport-unsupported' });
    t.like(error, { hint: `bring it elsewhere first, for instance: skopeo copy ${text} oci:FOLDER:TAG` });
  }
});

test('the default target', (t) => {
  const target = (text: string, again = false): string =>
    formatReference(defaultTarget(parseReference(text), again));
  t.is(target('app'), 'app:latest-s6');
  t.is(target('h:5000/app:1'), 'h:5000/app:1-s6');
  t.is(target('app:1-s6', true), 'app:1-s6');
  t.is(target('app:1-s6'), 'app:1-s6-s6');
  t.is(target('app:other', true), 'app:other-s6');
  t.is(target('docker://host.example/app'), 'docker://host.example/app:latest-s6');
  t.is(target('oci:dir:1'), 'oci:dir:1-s6');
  t.is(target('oci:dir'), 'oci:dir:latest-s6');
  t.throws(() => target('oci-archive:f.tar:1'), { code: 'target-needed' });
  t.throws(() => target(HEX), { code: 'target-needed' });
  t.throws(() => target(`app@sha256:${HEX}`), { code: 'target-needed' });
  t.is(target(`docker://h.example/app:1@sha256:${HEX}`), 'docker://h.example/app:1-s6');
  const error = t.throws(() => target('rootfs:dir'), { code: 'target-needed' });
  t.like(error, { hint: 'name the result with --tag docker-daemon:NAME:TAG' });
  t.throws(() => target(`app:${'t'.repeat(126)}`), { code: 'target-needed' });
});

test('a target without a prefix stays where the source is', (t) => {
  const target = (text: string, source: string): string =>
    formatReference(targetReference(text, parseReference(source)));
  t.is(target('b', 'docker://h.example:5000/team/app:1'), 'docker://h.example:5000/b:latest');
  t.is(target('team/b:2', 'docker://localhost/app'), 'docker://localhost/team/b:2');
  t.is(target('other.example/b:2', 'docker://h.example/app'), 'docker://other.example/b:2');
  t.is(target('b', 'docker://busybox'), 'docker://docker.io/library/b:latest');
  t.is(target('b:2', 'app:1'), 'b:2');
  t.is(target('2', 'oci:dir:1'), 'oci:dir:2');
  for (const text of ['b@sha256:' + HEX, 'UPPER', 'b:-']) {
    t.throws(() => target(text, 'docker://h.example/app'), { code: 'reference-invalid' }, text);
  }
});

test('every name of the grammar is read back as it was written', (t) => {
  const alnum = fc.stringMatching(/^[a-z0-9]{1,5}$/);
  const part = fc
    .tuple(alnum, fc.array(fc.tuple(fc.constantFrom('.', '_', '__', '-', '--'), alnum), { maxLength: 2 }))
    .map(([first, more]) => first + more.map(([separator, word]) => separator + word).join(''));
  const domain = fc.constantFrom(
    'localhost',
    'h.example',
    'h.example:80',
    'localhost:5000',
    'Host:1',
    '[fe80::1]:5000',
  );
  const name = fc.record(
    {
      domain,
      path: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
      tag: fc.stringMatching(/^\w[\w.-]{0,20}$/),
      digest: fc.stringMatching(/^sha256:[0-9a-f]{64}$/),
    },
    { requiredKeys: ['path', 'domain'] },
  );
  fc.assert(
    fc.property(name, (value) => {
      t.deepEqual(parseImageName(formatImageName(value)), value);
    }),
  );
});

test('no text whatever does anything but be read or refused', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      try {
        parseReference(text);
      } catch (error) {
        t.regex(String((error as { code?: unknown }).code), /^(?:reference-invalid|transport-unsupported)$/);
      }
    }),
  );
  t.pass();
});
