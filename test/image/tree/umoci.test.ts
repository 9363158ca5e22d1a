import { execFile } from 'node:child_process';
import { lstatSync, readlinkSync } from 'node:fs';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import test from 'ava';
import { streamOf } from '../../../src/base/byte-stream.js';
import { digestOf } from '../../../src/base/digest.js';
import { silent } from '../../../src/base/progress.js';
import { MEDIA_TYPES } from '../../../src/image/blob/media-type.js';
import type { ImageNode } from '../../../src/image/image.js';
import { OciLayout } from '../../../src/image/store/oci-layout/oci-layout.js';
import { treeOfLayers } from '../../../src/image/tree/tree-of-layers.js';
import { tarOf, type FileSpec } from '../../harness/tarball.js';
import { temporaryFolder } from '../injecting.js';

const run = promisify(execFile);
const NAMES = ['a', 'b', 'c'];
const LAYERS = 3;
const CASES = 100;

/** What a layer does at a path: holds a file, folder or link, takes away what is below, or shows nothing of it. */
type Act = 'file' | 'folder' | 'link' | 'gone' | 'opaque';
type Change = Readonly<Record<string, Act>>;

const paths = NAMES.flatMap((one) => [
  one,
  ...NAMES.flatMap((two) => [`${one}/${two}`, ...NAMES.map((three) => `${one}/${two}/${three}`)]),
]);
const act = fc.constantFrom<Act>('file', 'folder', 'link', 'gone', 'opaque');
const layers = fc.array(fc.dictionary(fc.constantFrom(...paths), act, { maxKeys: 6 }), {
  minLength: LAYERS,
  maxLength: LAYERS,
});

/** A layer that real tools could have written: folders above all that it holds, and nothing below what is no folder. */
function entriesOf(change: Change, top: string): Record<string, FileSpec> {
  const entries: Record<string, FileSpec> = { [`/${top}`]: { folder: 0o755 } };
  const isFolder = (path: string): boolean =>
    path === '.' || ['folder', 'opaque'].includes(kinds.get(path) ?? '');
  const kinds = new Map<string, Act>();
  for (const path of Object.keys(change).sort()) {
    const parents = path.split('/').map((_, count, all) => all.slice(0, count).join('/'));
    if (parents.some((parent) => parent !== '' && kinds.has(parent) && !isFolder(parent))) continue;
    for (const parent of parents) {
      if (parent === '' || kinds.has(parent)) continue;
      kinds.set(parent, 'folder');
      entries[`/${top}/${parent}`] = { folder: 0o755 };
    }
    const kind = change[path] ?? 'file';
    kinds.set(path, kind);
    const place = `/${top}/${path}`;
    if (kind === 'file') entries[place] = 'x';
    else if (kind === 'link') entries[place] = { link: 'c' };
    else if (kind === 'gone') entries[posix.join(posix.dirname(place), `.wh.${posix.basename(path)}`)] = '';
    else entries[place] = { folder: 0o755 };
    if (kind === 'opaque') entries[`${place}/.wh..wh..opq`] = '';
  }
  return entries;
}

test('random layers laid over one another look as umoci unpacks them', async (t) => {
  const folder = await temporaryFolder(t);
  const cases = fc.sample(layers, CASES);
  const tars = Array.from({ length: LAYERS }, (_, layer) =>
    tarOf(
      Object.assign(
        {},
        ...cases.map((each, index) => entriesOf(each[layer] ?? {}, `case${index}`)),
      ) as object as never,
    ),
  );
  const writer = await new OciLayout(join(folder, 'l')).begin('1');
  const blobs = [];
  for (const tar of tars) {
    const blob = { mediaType: MEDIA_TYPES.oci.layer.none, digest: digestOf(tar), size: tar.length };
    await writer.put(blob, () => streamOf([tar]));
    blobs.push(blob);
  }
  const rootfs = { type: 'layers', diff_ids: blobs.map(({ digest }) => digest) };
  const text = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs }));
  const config = { mediaType: MEDIA_TYPES.oci.config, digest: digestOf(text), size: text.length };
  await writer.put(config, () => streamOf([text]));
  const manifest = JSON.stringify({ schemaVersion: 2, config, layers: blobs });
  await writer.commit(manifest, MEDIA_TYPES.oci.manifest);
  await run('umoci', ['unpack', '--rootless', '--image', join(folder, 'l:1'), join(folder, 'b')]);

  const opened = tars.map((tar) => ({ diffId: digestOf(tar), open: () => streamOf([tar]) }));
  const tree = await treeOfLayers(opened, { cacheFolder: folder, progress: silent, place: 'the test' });
  for (const [index, each] of cases.entries()) {
    for (const path of paths) {
      const at = `case${index}/${path}`;
      t.deepEqual(
        await tree.lstat(at),
        unpacked(join(folder, 'b', 'rootfs'), at),
        `${at} of ${JSON.stringify(each)}`,
      );
    }
  }
});

/** What lies at a path of a folder; through a link on the way there nothing does, for a tree's paths hold none. */
function unpacked(root: string, path: string): ImageNode | undefined {
  let node: ImageNode | undefined = 'directory';
  let place = root;
  for (const name of path.split('/')) {
    if (node !== 'directory') return undefined;
    place = join(place, name);
    const found = lstatSync(place, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    node = found.isSymbolicLink()
      ? { target: readlinkSync(place) }
      : found.isDirectory()
        ? 'directory'
        : 'other';
  }
  return node;
}
