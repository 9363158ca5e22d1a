import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { indexLayer } from '../../../src/image/tree/index-layer.js';
import type { LayerIndex } from '../../../src/image/tree/layer-index.js';
import { layeredTree } from '../../../src/image/tree/layered-tree.js';
import { digestOf } from '../../../src/base/digest.js';
import { silent } from '../../../src/base/progress.js';
import type { ImageTree } from '../../../src/image/image.js';

/** The tree of layers whose tars GNU tar has made of what these shell lines put into a folder. */
async function treeOf(...layers: readonly string[]): Promise<ImageTree> {
  const indexes = layers.map(async (script) => {
    const folder = mkdtempSync(join(tmpdir(), 's6ts-layer-'));
    try {
      const pack = `cd "$0"; ${script}; tar -c --sort=name --xattrs --xattrs-include='*' --format=pax -C "$0" .`;
      const tar = execFileSync('bash', ['-euc', pack, folder], { maxBuffer: 2 ** 28 });
      const open = (): AsyncIterable<Uint8Array> => pieces(tar);
      return await indexLayer({ diffId: digestOf(tar), open }, silent);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  return layeredTree(await Promise.all(indexes));
}

async function* pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  // Odd pieces: headers come in parts.
  for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700);
  await Promise.resolve();
}

test('files, folders, links, and the attributes of the top-most layer', async (t) => {
  const tree = await treeOf(
    'mkdir -p usr/bin etc; echo x >usr/bin/x; ln -s usr/bin bin; ln usr/bin/x usr/bin/hard; chmod 1777 etc; chown 3:4 etc',
    'mkdir -p etc; chmod 0750 etc; echo y >etc/y',
  );
  t.is(await tree.lstat(''), 'directory');
  t.is(await tree.lstat('usr/bin/x'), 'other');
  t.is(await tree.lstat('usr/bin/hard'), 'other');
  t.deepEqual(await tree.lstat('bin'), { target: 'usr/bin' });
  t.is(await tree.lstat('usr/lib'), undefined);
  t.is(await tree.lstat('usr/bin/x/below'), undefined);
  t.like(await tree.folder('etc'), { mode: 0o750, uid: 0, gid: 0 });
  t.deepEqual(await tree.list('usr/bin'), ['hard', 'x']);
  t.deepEqual(await tree.list(''), ['bin', 'etc', 'usr']);
});

test('whiteouts take a name away, opaque folders all that was below, and what comes above is back', async (t) => {
  const tree = await treeOf(
    'mkdir -p a/b/c d/e f; echo 1 >a/b/c/1; echo 2 >d/e/2; echo 3 >d/3; echo 4 >f/4',
    'mkdir -p a d; touch a/.wh.b d/.wh..wh..opq; mkdir d/new; touch .wh.f',
    'mkdir -p f; touch f/5',
  );
  for (const gone of ['a/b', 'a/b/c', 'a/b/c/1', 'd/e', 'd/e/2', 'd/3', 'f/4', 'd/.wh..wh..opq', 'a/.wh.b']) {
    t.is(await tree.lstat(gone), undefined, gone);
  }
  t.deepEqual(await tree.list('a'), []);
  t.deepEqual(await tree.list('d'), ['new']);
  t.deepEqual(await tree.list('f'), ['5']);
  t.is(await tree.lstat('f/5'), 'other');
});

test('a file in a folder’s place hides what was in it; a folder in a file’s place does not show it', async (t) => {
  const tree = await treeOf(
    'mkdir -p a/b; echo >a/b/x; echo >c; mkdir -p link; echo >link/y',
    'mkdir a; echo >a/b; mkdir c; echo >c/z; ln -s a link',
  );
  t.is(await tree.lstat('a/b'), 'other');
  t.is(await tree.lstat('a/b/x'), undefined);
  t.is(await tree.lstat('c'), 'directory');
  t.is(await tree.lstat('c/z'), 'other');
  t.deepEqual(await tree.lstat('link'), { target: 'a' });
  t.is(await tree.lstat('link/y'), undefined);
  t.deepEqual(await tree.list('c'), ['z']);
});

test('long names, names with blanks, newlines and neighbours that sort between a folder and what is in it', async (t) => {
  const long = 'n'.repeat(120);
  const tree = await treeOf(
    `mkdir -p ${long}/${long}/${long}; echo >${long}/${long}/${long}/x; ln -s /${long}/${long} to;
     mkdir -p usr usr-2; echo >usr/a; echo >usr-2/b; echo >'usr 3'; printf x >$'two\\nlines'`,
  );
  t.is(await tree.lstat(`${long}/${long}/${long}/x`), 'other');
  t.deepEqual(await tree.lstat('to'), { target: `/${long}/${long}` });
  t.deepEqual(await tree.list('usr'), ['a']);
  t.deepEqual(await tree.list(''), [long, 'to', 'two\nlines', 'usr', 'usr 3', 'usr-2']);
});

test('extended attributes of a folder, as a layer has them', async (t) => {
  const tree = await treeOf('mkdir d; setfattr -n user.colour -v "deep blue" d || true; mkdir e');
  const { xattrs } = await tree.folder('d');
  t.is(Buffer.from(xattrs.get('user.colour') ?? []).toString(), 'deep blue');
  t.is((await tree.folder('e')).xattrs.size, 0);
});

test('a tar without its last padding, as umoci insert writes them, is whole; one cut in a member is not', async (t) => {
  const { stdout: tar } = spawnSync('bash', [
    ...['-euc', 'cd "$(mktemp -d)"; printf %1000s x > last; tar -c last; rm last; rmdir "$PWD"'],
  ]);
  const index = (bytes: Uint8Array): Promise<LayerIndex> =>
    indexLayer({ diffId: digestOf(bytes), open: () => pieces(bytes) }, silent);
  const content = 512 + 1000;
  t.is((await index(tar.subarray(0, content))).at('last')?.kind, 'file');
  await t.throwsAsync(index(tar.subarray(0, content - 1)), { code: 'layer-malformed', message: /cut off/ });
});
