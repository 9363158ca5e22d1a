import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { streamOf } from '../../../src/base/byte-stream.js';
import { digestOf } from '../../../src/base/digest.js';
import { silent } from '../../../src/base/progress.js';
import { MEDIA_TYPES } from '../../../src/image/blob/media-type.js';
import type { Layer } from '../../../src/image/image.js';
import type { StoredTree } from '../../../src/image/store.js';
import { treeOfLayers } from '../../../src/image/tree/tree-of-layers.js';
import { temporaryFolder } from '../../harness/gpg.js';
import { tarOf, type Files } from '../../harness/tarball.js';

const ENOUGH = 1000;

/** A layer as a registry has it, that calls itself `diffId`. */
function layerOf(files: Files | Buffer, claimed?: Layer['diffId']): Layer & { reads: number } {
  const tar = Buffer.isBuffer(files) ? files : tarOf(files);
  const packed = gzipSync(tar);
  const layer = {
    diffId: claimed ?? digestOf(tar),
    blob: { mediaType: MEDIA_TYPES.oci.layer.gzip, digest: digestOf(packed), size: packed.length },
    reads: 0,
    openBlob: () => {
      layer.reads += 1;
      return streamOf([packed]);
    },
  };
  return layer;
}

const tree = (cacheFolder: string, ...layers: readonly Layer[]): Promise<StoredTree> =>
  treeOfLayers(layers, { cacheFolder, progress: silent, place: 'the test' });

const text = async (from: StoredTree, path: string, most = ENOUGH): Promise<string | undefined> => {
  const bytes = await from.read(path, most);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString();
};

test('a file is read out of the layer that shows it, once, and never more of it than asked for', async (t) => {
  const cache = await temporaryFolder(t);
  const base = layerOf({ '/etc/passwd': 'below', '/etc/group': 'group', '/etc/gone': 'gone' });
  const upper = layerOf({ '/etc/passwd': 'above', '/etc/.wh.gone': '' });
  for (const opened of [await tree(cache, base, upper), await tree(cache, base, upper)]) {
    t.is(await text(opened, 'etc/passwd'), 'above');
    t.is(await text(opened, 'etc/group'), 'group');
    t.is(await text(opened, 'etc/gone'), undefined);
    t.is(await text(opened, 'etc/passwd', 3), undefined);
  }
  t.deepEqual([base.reads, upper.reads], [2, 2], 'for the names, and for the file');
});

test('a file that is a hard link has the bytes of what it links to', async (t) => {
  const folder = await temporaryFolder(t);
  const pack = 'cd "$0"; mkdir etc; printf text >etc/a; ln etc/a etc/hard; tar -c --sort=name etc';
  const tar = execFileSync('bash', ['-euc', pack, folder]);
  const opened = await tree(await temporaryFolder(t), layerOf(tar));
  t.is(await text(opened, 'etc/hard'), 'text');
});

test('a blob that isn’t that of its diff id gives nothing to read, and nothing into the cache', async (t) => {
  const cache = await temporaryFolder(t);
  const honest = layerOf({ '/etc/passwd': 'honest' });
  const opened = await tree(cache, honest);
  const lying = await tree(cache, layerOf({ '/etc/passwd': 'lie' }, honest.diffId));
  await t.throwsAsync(text(lying, 'etc/passwd'), { code: 'image-invalid', message: /unpacks to sha256:/ });
  t.is(await text(opened, 'etc/passwd'), 'honest');
  t.is(await text(lying, 'etc/passwd'), 'honest', 'by now that is what the diff id stands for');
});
