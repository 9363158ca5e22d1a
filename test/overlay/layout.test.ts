import test from 'ava';
import { S6tsError } from '../../src/base/error.js';
import { parseArchitecture } from '../../src/overlay/architecture.js';
import { assertShippable, layout } from '../../src/overlay/layout.js';
import { treeOf, type OverlayTree, type TreeEntry } from '../../src/overlay/tree.js';

const BIN = 'usr/lib/s6/bin';

function file(text: string): TreeEntry {
  return { kind: 'file', mode: 0o755, bytes: Buffer.from(text) };
}

function small(programs: readonly string[]): OverlayTree {
  return layout({
    architecture: parseArchitecture('amd64'),
    version: '1.0.0',
    date: new Date(0),
    packages: [],
    copyright: 'ours',
    recipe: { compression: 'fast', source: { kind: 'prebuilt' } },
    programs: treeOf(programs.map((name) => [`${BIN}/${name}`, file(name)] as const)),
    runtime: {
      binaries: { init: Buffer.from('init'), utils: Buffer.from('utils') },
      syslogd: Buffer.from('syslogd'),
      applets: [
        { name: 'halt', binary: 'init', links: [BIN] },
        { name: 'import', binary: 'init', links: [BIN, 'command', 'usr/bin'] },
        { name: 'init', binary: 'init', links: [''] },
        { name: 's6-overlay-init', binary: 'init', links: [BIN, 'command', 'usr/bin'] },
        { name: 's6-overlay-version', binary: 'init', links: [BIN, 'command', 'usr/bin'] },
        { name: 'with-contenv', binary: 'init', links: [BIN, 'command', 'usr/bin'] },
        { name: 's6-cat', binary: 'utils', links: [BIN, 'command', 'usr/bin'] },
      ],
    },
  });
}

test('a program has a link in /command and /usr/bin, but for the names that images have themselves', (t) => {
  const tree = small(['s6-svc', 'cd', 'umask', 'wait']);
  t.deepEqual(tree.get('command/s6-svc'), { kind: 'link', target: `/${BIN}/s6-svc` });
  t.deepEqual(tree.get('usr/bin/s6-svc'), { kind: 'link', target: `/${BIN}/s6-svc` });
  for (const name of ['cd', 'umask', 'wait', 'import']) {
    t.true(tree.has(`command/${name}`));
    t.false(tree.has(`usr/bin/${name}`), name);
  }
});

test('/init and the applets are links to the one binary, where their table says', (t) => {
  const tree = small([]);
  t.deepEqual(tree.get('init'), { kind: 'link', target: `${BIN}/s6-overlay-init` });
  t.is(tree.get(`${BIN}/s6-overlay-init`)?.kind, 'file');
  t.deepEqual(tree.get(`${BIN}/with-contenv`), { kind: 'link', target: 's6-overlay-init' });
  t.deepEqual(tree.get('usr/bin/with-contenv'), { kind: 'link', target: `/${BIN}/with-contenv` });
  t.true(tree.has(`${BIN}/halt`));
  t.false(tree.has('command/halt') || tree.has('usr/bin/halt'), 'images have their own halt');
});

test('the small programs are links to a second binary, which has no link of its own name', (t) => {
  const tree = small([]);
  t.deepEqual(tree.get(`${BIN}/s6-overlay-utils`), {
    kind: 'file',
    mode: 0o755,
    bytes: Buffer.from('utils'),
  });
  t.deepEqual(tree.get(`${BIN}/s6-cat`), { kind: 'link', target: 's6-overlay-utils' });
  t.deepEqual(tree.get('usr/bin/s6-cat'), { kind: 'link', target: `/${BIN}/s6-cat` });
  t.deepEqual(
    [...tree.keys()].filter((path) => path.endsWith('/s6-overlay-utils')),
    [`${BIN}/s6-overlay-utils`],
  );
});

test('bin and sbin have one entry each, whose names stand nowhere else', (t) => {
  const paths = [...small(['s6-svc']).keys()];
  t.deepEqual(
    paths.filter((path) => /^s?bin\//.test(path)),
    ['bin/s6-overlay-version', 'sbin/s6-overlay-init'],
  );
  t.false(paths.includes('usr/bin/s6-overlay-version') || paths.includes('usr/bin/s6-overlay-init'));
});

test('no folder that an image may have as a link has an entry; the user folders exist all the same', (t) => {
  const tree = small(['s6-svc']);
  const folders = [...tree].filter(([, entry]) => entry.kind === 'directory').map(([path]) => path);
  t.true(
    folders.every((path) => /^(command$|run\/s6$|usr\/lib\/s6(\/|$))/.test(path)),
    folders.join(' '),
  );
  for (const name of ['fix-attrs.d', 'cont-init.d', 'services.d', 'cont-finish.d'])
    t.true(tree.has(`etc/${name}/.keep`));
});

test('the work area can be written by any uid, and its entries lead to /dev/shm', (t) => {
  const tree = small([]);
  t.deepEqual(tree.get('run/s6'), { kind: 'directory', mode: 0o777 });
  t.deepEqual(tree.get('run/s6/services'), { kind: 'link', target: '/dev/shm/s6/services' });
  t.deepEqual(tree.get('run/service'), { kind: 'link', target: 's6/services' });
  t.deepEqual(tree.get('usr/lib/s6/basedir/bin/poweroff'), { kind: 'link', target: '../../bin/halt' });
});

const ONE_EACH: [string, TreeEntry][] = [
  ['bin/one', file('')],
  ['sbin/two', file('')],
];

for (const path of [
  'bin',
  'sbin',
  'usr',
  'usr/bin',
  'usr/lib',
  'lib',
  'etc',
  'etc/cont-init.d',
  'run',
  'var',
  'var/run',
  'init.d',
]) {
  test(`a folder entry for ${path} is refused`, (t) => {
    const tree = treeOf([...ONE_EACH, [path, { kind: 'directory', mode: 0o755 }]]);
    const error = t.throws(() => assertShippable(tree), { instanceOf: S6tsError });
    t.is(error.code, 'layout-forbidden');
    t.true(error.message.includes(path));
  });
}

for (const path of ['usr/bin/one', 'usr/sbin/one', 'sbin/one', 'usr/bin/two', 'usr/sbin/two']) {
  test(`${path} beside bin/one and sbin/two is refused: one file on a merged /usr`, (t) => {
    t.throws(() => assertShippable(treeOf([...ONE_EACH, [path, file('')]])), { message: /merged \/usr/ });
  });
}

test('two parts with the same path are refused', (t) => {
  t.throws(() => small(['with-contenv']), { instanceOf: S6tsError, message: /with-contenv/ });
});
