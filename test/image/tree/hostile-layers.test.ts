import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { Header } from 'tar';
import { streamOf } from '../../../src/base/byte-stream.js';
import { digestOf } from '../../../src/base/digest.js';
import { silent } from '../../../src/base/progress.js';
import { MEDIA_TYPES } from '../../../src/image/blob/media-type.js';
import { indexLayer } from '../../../src/image/tree/index-layer.js';
import type { LayerIndex } from '../../../src/image/tree/layer-index.js';
import type { ScanLimits } from '../../../src/image/tree/tar-scan.js';
import { tarOf } from '../../harness/tarball.js';

const run = promisify(execFile);
const END = Buffer.alloc(1024);

function header(fields: Record<string, unknown>): Buffer {
  const block = Buffer.alloc(512);
  new Header({ mode: 0o644, uid: 0, gid: 0, size: 0, mtime: new Date(0), ...fields }).encode(block);
  return block;
}

function index(tar: Uint8Array, limits?: ScanLimits): Promise<LayerIndex> {
  return indexLayer({ diffId: digestOf(tar), open: () => streamOf([tar]) }, silent, limits);
}

async function refused(t: ExecutionContext, layer: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await t.throwsAsync(layer);
  t.regex(String((error as { code?: unknown }).code), /^(?:layer-malformed|unpack-failed)$/);
  t.regex(error.message, message);
  t.regex(error.message, /the layer sha256:/);
}

const link = (type: string, path: string, linkpath: string): Buffer =>
  Buffer.concat([header({ path, linkpath, type }), END]);
/** A pax header with a record that says it is longer than it is. */
const badPax = Buffer.concat([
  header({ path: 'PaxHeader', type: 'ExtendedHeader', size: 12 }),
  Buffer.from('99 path=x\n\0\0'.padEnd(512, '\0')),
  END,
]);

for (const [name, tar, message] of [
  [
    'a member that leads out',
    tarOf({ '/etc/../../up': 'x' }),
    /leads out of the root: "etc\/\.\.\/\.\.\/up"/,
  ],
  ['a hard link that leads out', link('Link', 'etc/x', '../shadow'), /leads out of the root: "etc\/x"/],
  ['a member cut off', tarOf({ '/big': 'x'.repeat(4000) }).subarray(0, 1500), /cut off, at or after "big"/],
  ['pax records that are none', badPax, /pax records are not valid/],
  ['a wrong checksum', Buffer.concat([Buffer.from(header({ path: 'x' })).fill(0x31, 0, 8), END]), /checksum/],
  [
    'a huge long name',
    Buffer.concat([
      header({ path: 'before' }),
      header({ path: '././@LongLink', type: 'NextFileHasLongPath', size: 2 ** 32 }),
      END,
    ]),
    /header of 4294967296 bytes is larger.*"before"/,
  ],
] as const) {
  test(`${name}: the layer is refused, its entry named`, async (t) => {
    await refused(t, index(tar), message);
  });
}

test('a layer that unpacks to more than any has is refused while it does', async (t) => {
  const tar = tarOf({ '/zeros': Buffer.alloc(2 ** 24) });
  const packed = gzipSync(tar);
  const blob = { mediaType: MEDIA_TYPES.oci.layer.gzip, digest: digestOf(packed), size: packed.length };
  const layer = { diffId: digestOf(tar), blob, openBlob: () => streamOf([packed]) };
  await refused(t, indexLayer(layer, silent, { maxBytes: 2 ** 20 }), /larger than 1048576 bytes.*"zeros"/);
});

test('rings of hard links, links out of the root and odd names are read as what they are', async (t) => {
  const tar = Buffer.concat([
    header({ path: 'a', linkpath: 'b', type: 'Link' }),
    header({ path: 'b', linkpath: 'a', type: 'Link' }),
    header({ path: 'up', linkpath: '../../../etc', type: 'SymbolicLink' }),
    header({ path: '/abs' }),
    header({ path: './d/../e//f' }),
    END,
  ]);
  const found = await index(tar);
  t.is(found.at('a')?.kind, 'file');
  t.deepEqual([found.at('up')?.kind, found.at('up')?.target], ['link', '../../../etc']);
  t.is(found.at('abs')?.kind, 'file');
  t.is(found.at('e/f')?.kind, 'file');
});

test('a layer of a million entries is read with 200 MB of heap', async (t) => {
  const script = fileURLToPath(new URL('../../fixtures/million-entries.ts', import.meta.url));
  const { stdout } = await run(process.execPath, ['--max-old-space-size=200', '--import', 'tsx', script]);
  t.is(stdout, '1000000 d999/f999\n');
});
