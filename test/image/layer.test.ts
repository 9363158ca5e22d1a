import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { toLayer } from '../../src/image/layer.js';
import { tarEntry, TAR_END } from '../../src/image/tar-writer.js';
import { treeOf } from '../../src/overlay/tree.js';

const PLACEMENT = {
  kept: [],
  entries: treeOf([
    ['usr/lib/s6/tool', { kind: 'file', mode: 0o4755, bytes: Buffer.from('tool\n') }],
    ['usr/lib/s6/empty', { kind: 'file', mode: 0o600, bytes: Buffer.alloc(0) }],
    ['init', { kind: 'link', target: 'usr/lib/s6/tool' }],
    [`run/${'n'.repeat(120)}`, { kind: 'link', target: `/${'t'.repeat(150)}` }],
    ['run/schön', { kind: 'file', mode: 0o644, bytes: Buffer.from('é') }],
  ]),
  folders: new Map([
    ['run', { mode: 0o1777, uid: 0, gid: 0, xattrs: new Map() }],
    ['usr', { mode: 0o755, uid: 0, gid: 0, xattrs: new Map() }],
    [
      'usr/lib',
      {
        mode: 0o2775,
        uid: 70000,
        gid: 3_000_000,
        xattrs: new Map([['user.note', Buffer.from([0, 255, 10])]]),
      },
    ],
    ['usr/lib/s6', { mode: 0o755, uid: 0, gid: 0, xattrs: new Map() }],
  ]),
} as const;

async function bytesOf(layer: ReturnType<typeof toLayer>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of layer.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('GNU tar reads every mode, owner, name and link back', async (t) => {
  const bytes = await bytesOf(toLayer(PLACEMENT, 1_700_000_000));
  const list = execFileSync(
    'tar',
    ['--numeric-owner', '--full-time', '--utc', '--xattrs', '--quoting-style=literal', '-tvvf', '-'],
    {
      input: bytes,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
    },
  );
  const lines = list
    .split('\n')
    .filter((line) => /^[-dl]/.test(line))
    .map((line) => line.replace(/ +/g, ' '));
  const date = '2023-11-14 22:13:20';
  t.deepEqual(lines, [
    `lrwxrwxrwx 0/0 0 ${date} init -> usr/lib/s6/tool`,
    `drwxrwxrwt 0/0 0 ${date} run/`,
    `lrwxrwxrwx 0/0 0 ${date} run/${'n'.repeat(120)} -> /${'t'.repeat(150)}`,
    `-rw-r--r-- 0/0 2 ${date} run/schön`,
    `drwxr-xr-x 0/0 0 ${date} usr/`,
    `drwxrwsr-x* 70000/3000000 0 ${date} usr/lib/`,
    `drwxr-xr-x 0/0 0 ${date} usr/lib/s6/`,
    `-rw------- 0/0 0 ${date} usr/lib/s6/empty`,
    `-rwsr-xr-x 0/0 5 ${date} usr/lib/s6/tool`,
  ]);
});

test('the diff id is the digest of the bytes, and the same for the same input', async (t) => {
  const layer = toLayer(PLACEMENT, 1_700_000_000);
  const bytes = await bytesOf(layer);
  t.is(layer.diffId, `sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  t.is(layer.size, bytes.length);
  t.is(
    toLayer({ ...PLACEMENT, folders: new Map([...PLACEMENT.folders].reverse()) }, 1_700_000_000).diffId,
    layer.diffId,
  );
  t.not(toLayer(PLACEMENT, 1_700_000_001).diffId, layer.diffId);
});

test('an extended attribute of any bytes reaches the file system', (t) => {
  const value = Buffer.from([1, 0, 10, 61, 255]);
  const entry = tarEntry({
    path: 'folder/',
    type: 'Directory',
    mode: 0o755,
    uid: 0,
    gid: 0,
    mtime: 0,
    xattrs: new Map([
      ['user.b', Buffer.from('2')],
      ['user.a', value],
    ]),
  });
  const folder = mkdtempSync(join(tmpdir(), 's6ts-xattr-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const options = ['--xattrs', '--xattrs-include=*', '--format=pax', '-C', folder];
  execFileSync('tar', [...options, '-xf', '-'], { input: Buffer.concat([...entry, TAR_END]) });
  const again = execFileSync('tar', [...options, '-cf', '-', 'folder']);
  t.true(again.includes(Buffer.concat([Buffer.from(' SCHILY.xattr.user.a='), value, Buffer.from('\n')])));
  t.true(again.includes(' SCHILY.xattr.user.b=2\n'));
});
