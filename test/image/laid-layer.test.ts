import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { collected } from '../../src/base/byte-stream.js';
import { laidLayer, type LaidLayer } from '../../src/image/laid-layer.js';
import { toLayer } from '../../src/image/layer.js';
import { packLayer } from '../../src/image/pack-layer.js';
import { placeOverlay } from '../../src/image/place.js';
import { treeOf, type OverlayTree } from '../../src/overlay/tree.js';
import { memoryTree, type Nodes } from './memory-tree.js';

/** An overlay of each test's own, as a process packs the same layer once; large enough for that to be kept. */
const overlayOf = (title: string): OverlayTree =>
  treeOf([
    ['etc/services.d/.keep', { kind: 'file', mode: 0o644, bytes: Buffer.from('') }],
    ['init', { kind: 'file', mode: 0o755, bytes: Buffer.alloc(1_100_000, title) }],
    ['usr/bin/s6-setuidgid', { kind: 'link', target: '/usr/lib/s6/bin/s6-setuidgid' }],
  ]);
const IMAGE: Nodes = { etc: 0o755, usr: 0o755, 'usr/bin': 0o755, bin: { link: 'usr/bin' } };

/** Lays an overlay over images; `made` counts how often that had to be done. */
interface Layers {
  lay(image: Nodes, key?: string): Promise<LaidLayer>;
  made: number;
  readonly cache: string;
}

async function layers(t: ExecutionContext): Promise<Layers> {
  const cache = await mkdtemp(join(tmpdir(), 's6ts-laid-'));
  t.teardown(() => rm(cache, { recursive: true }));
  const all: Layers = {
    cache,
    made: 0,
    lay: (image, key = 'build') =>
      laidLayer([key], memoryTree(image), cache, async (seen) => {
        all.made += 1;
        const placed = await placeOverlay(overlayOf(t.title), seen, { replaceAll: false });
        return { layer: await packLayer(toLayer(placed, 0), cache), kept: placed.kept };
      }),
  };
  return all;
}

test('an image that answers alike gets the layer that was laid out before, whatever else is in it', async (t) => {
  const all = await layers(t);
  const first = await all.lay(IMAGE);
  const second = await all.lay({ ...IMAGE, 'usr/share': 0o700, 'etc/passwd': 'file' });
  t.is(all.made, 1);
  t.deepEqual([second.layer.diffId, second.layer.size], [first.layer.diffId, first.layer.size]);
  t.deepEqual(second.layer.blob, first.layer.blob);
  t.true((await collected(first.layer.openBlob())).equals(await collected(second.layer.openBlob())));
});

test('one that answers anything else gets its own; so does another overlay', async (t) => {
  const all = await layers(t);
  const { layer } = await all.lay(IMAGE);
  const differing: readonly Nodes[] = [
    { ...IMAGE, etc: 0o700 },
    { ...IMAGE, etc: { mode: 0o755, uid: 0, gid: 7, xattrs: new Map() } },
    { ...IMAGE, etc: { mode: 0o755, uid: 0, gid: 0, xattrs: new Map([['user.a', Buffer.from('1')]]) } },
    { ...IMAGE, etc: { mode: 0o755, uid: 0, gid: 0, xattrs: new Map([['user.a', Buffer.from('2')]]) } },
    { ...IMAGE, usr: { link: 'other' }, other: 0o755 },
    { ...IMAGE, 'usr/bin/s6-setuidgid': 'file' },
  ];
  const found = new Set([layer.diffId]);
  for (const [index, image] of differing.entries()) {
    const { layer: own, kept } = await all.lay(image);
    t.is(all.made, index + 2);
    t.deepEqual(kept, index === 5 ? ['usr/bin/s6-setuidgid'] : []);
    found.add(own.diffId);
    // It is known from now on, too.
    t.deepEqual((await all.lay(image)).kept, kept);
    t.is(all.made, index + 2);
  }
  t.is(found.size, differing.length + 1);
  await all.lay(IMAGE, 'another build');
  t.is(all.made, differing.length + 2);
});

test('a damaged cache costs the work, and gives the same', async (t) => {
  const all = await layers(t);
  const { layer } = await all.lay(IMAGE);
  const files = async (under: string): Promise<string[]> => {
    const entries = await readdir(join(all.cache, under), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  };
  for (const under of ['packed', 'laid']) {
    for (const file of await files(under)) await truncate(file, 100);
    const before = all.made;
    t.deepEqual((await all.lay(IMAGE)).layer.blob, layer.blob, under);
    t.is(all.made, before + 1, under);
  }
});

test('no more than some are kept: those that were used last', async (t) => {
  const all = await layers(t);
  const lay = (mode: number): Promise<LaidLayer> => all.lay({ ...IMAGE, etc: 0o700 + mode });
  for (let mode = 0; mode < 15; mode += 1) await lay(mode);
  await lay(0);
  for (let mode = 15; mode < 20; mode += 1) await lay(mode);
  const [folder = ''] = await readdir(join(all.cache, 'laid'));
  t.is((await readdir(join(all.cache, 'laid', folder))).length, 16);
  await lay(0);
  t.is(all.made, 20, 'what is in use stays');
});
