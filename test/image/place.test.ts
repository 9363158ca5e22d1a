import test from 'ava';
import { placeOverlay } from '../../src/image/place.js';
import { treeOf, type OverlayTree, type TreeEntry } from '../../src/overlay/tree.js';
import { memoryTree, type Nodes } from './memory-tree.js';

const file: TreeEntry = { kind: 'file', mode: 0o755, bytes: Buffer.from('x') };
const link = (target: string): TreeEntry => ({ kind: 'link', target });

const OVERLAY = treeOf([
  ['init', link('usr/lib/s6/bin/s6-overlay-init')],
  ['usr/lib/s6', { kind: 'directory', mode: 0o755 }],
  ['usr/lib/s6/bin/s6-overlay-init', file],
  ['usr/bin/with-contenv', link('/usr/lib/s6/bin/with-contenv')],
  ['bin/s6-overlay-version', link('/usr/lib/s6/bin/s6-overlay-version')],
  ['command', { kind: 'directory', mode: 0o755 }],
  ['command/foreground', link('/usr/lib/s6/bin/foreground')],
  ['run/s6', { kind: 'directory', mode: 0o777 }],
  ['run/service', link('s6/services')],
]);

async function place(
  nodes: Nodes,
  overlay: OverlayTree = OVERLAY,
  replaceAll = false,
): Promise<{
  entries: Record<string, string>;
  folders: Record<string, string>;
  kept: readonly string[];
}> {
  const { entries, folders, kept } = await placeOverlay(overlay, memoryTree(nodes), { replaceAll });
  return {
    entries: Object.fromEntries(
      [...entries].map(([path, entry]) => [path, entry.kind === 'link' ? entry.target : entry.kind]),
    ),
    folders: Object.fromEntries(
      [...folders].map(([path, { mode, uid, gid }]) => [path, `${mode.toString(8)} ${uid}:${gid}`]),
    ),
    kept,
  };
}

test('an empty image gets every folder anew, /bin/NAME and /var/run/s6', async (t) => {
  const { entries, folders, kept } = await place({});
  t.deepEqual(kept, []);
  t.is(entries['bin/with-contenv'], '/usr/lib/s6/bin/with-contenv');
  t.is(entries['usr/bin/with-contenv'], '/usr/lib/s6/bin/with-contenv');
  t.is(entries['var/run/s6'], '/run/s6');
  t.is(folders['run/s6'], '777 0:0');
  t.is(folders['usr/bin'], '755 0:0');
  t.false('' in folders);
});

test('links of a merged /usr are followed, not replaced; /var/run is a link to /run', async (t) => {
  const { entries, folders } = await place({
    usr: 0o755,
    'usr/bin': 0o2775,
    bin: { link: 'usr/bin' },
    var: 0o755,
    'var/run': { link: '../run' },
    run: 0o1777,
  });
  t.is(entries['usr/bin/s6-overlay-version'], '/usr/lib/s6/bin/s6-overlay-version');
  t.is(folders['usr/bin'], '2775 0:0');
  t.is(folders['run'], '1777 0:0');
  t.false('bin' in folders || 'bin/with-contenv' in entries || 'var/run/s6' in entries || 'var' in folders);
});

test('a folder keeps its owner, and so do those above it', async (t) => {
  const { folders } = await place({
    usr: { mode: 0o750, uid: 7, gid: 8, xattrs: new Map() },
    'usr/bin': { mode: 0o2711, uid: 70000, gid: 5, xattrs: new Map() },
  });
  t.is(folders['usr'], '750 7:8');
  t.is(folders['usr/bin'], '2711 70000:5');
  t.is(folders['usr/lib'], '755 0:0');
});

test("the image's own file at a name of ours stays and is named; ours of an earlier inject is none", async (t) => {
  const nodes: Nodes = {
    usr: 0o755,
    'usr/bin': 0o755,
    'usr/lib': 0o755,
    'usr/lib/s6': 0o755,
    'usr/lib/s6/bin': 0o755,
    'usr/bin/with-contenv': 'file',
    bin: 0o755,
    'bin/with-contenv': { link: '/usr/lib/s6/bin/with-contenv' },
    init: 'file',
  };
  const { entries, kept } = await place(nodes);
  t.deepEqual(kept, ['usr/bin/with-contenv']);
  t.false('usr/bin/with-contenv' in entries);
  t.is(entries['bin/with-contenv'], '/usr/lib/s6/bin/with-contenv');
  t.is(entries['init'], 'usr/lib/s6/bin/s6-overlay-init');
  const upgrade = await place(nodes, OVERLAY, true);
  t.deepEqual(upgrade.kept, []);
  t.true('usr/bin/with-contenv' in upgrade.entries);
});

test('a dangling link of the image stays, what it leads to is made', async (t) => {
  const { entries, folders } = await place({ run: { link: '/mnt/run' }, mnt: 0o700 });
  t.is(entries['mnt/run/service'], '/run/s6/services');
  t.is(folders['mnt'], '700 0:0');
  t.is(folders['mnt/run'], '755 0:0');
  t.is(folders['mnt/run/s6'], '777 0:0');
  t.false('run' in folders);
});

test('a link to a folder elsewhere makes relative links absolute', async (t) => {
  const { entries } = await place({ run: { link: 'var/run' }, var: 0o755, 'var/run': 0o755 });
  t.is(entries['var/run/service'], '/run/s6/services');
  t.is(entries['var/run/s6'], '/run/s6');
});

test('where a file or a loop is in the way, ours is left out and named', async (t) => {
  const { kept, entries } = await place({ usr: 0o755, 'usr/bin': 'file', bin: { link: 'bin' } });
  t.deepEqual(kept, ['bin/s6-overlay-version', 'usr/bin/with-contenv']);
  t.true('command/foreground' in entries);
});

test('what s6ts needs is put there, or said why not', async (t) => {
  const { entries, folders } = await place({ command: 'file' });
  t.is(folders['command'], '755 0:0');
  t.true('command/foreground' in entries);
  await t.throwsAsync(place({ usr: 'file' }), { code: 'image-path' });
  await t.throwsAsync(place({ usr: 0o755, 'usr/lib': { link: 'lib' } }), { code: 'image-path' });
});

test('nothing is asked about names below a folder that the image has not', async (t) => {
  const tree = memoryTree({});
  await placeOverlay(OVERLAY, tree, { replaceAll: false });
  t.deepEqual([...new Set(tree.asked)].sort(), ['bin', 'command', 'run', 'usr', 'var']);
});
