import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { Header } from 'tar';
import { S6tsError } from '../../src/base/error.js';
import { fromTar, toTar } from '../../src/overlay/archive.js';
import { gunzip, gzip } from '../../src/overlay/gzip.js';
import { readOverlay } from '../../src/overlay/overlay-file.js';
import { formatMeta, META, parseMeta } from '../../src/overlay/meta.js';
import { treeOf, type OverlayTree, type TreeEntry } from '../../src/overlay/tree.js';

const DATE = new Date('2026-11-21T09:15:44Z');

const part = fc.stringMatching(/^[a-zA-Z0-9é_+-][a-zA-Z0-9é._+-]{0,60}$/);
const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
const entry: fc.Arbitrary<TreeEntry> = fc.oneof(
  fc.record({
    kind: fc.constant('file' as const),
    mode: fc.constantFrom(0o644, 0o755, 0o600, 0o4755, 0o1777),
    bytes: fc.uint8Array({ maxLength: 1500 }).map((bytes) => Buffer.from(bytes)),
  }),
  fc.record({
    kind: fc.constant('link' as const),
    target: fc.oneof(
      path,
      path.map((each) => `/${each}`),
    ),
  }),
  fc.record({ kind: fc.constant('directory' as const), mode: fc.constantFrom(0o755, 0o777, 0o1777) }),
);
const tree = fc
  .uniqueArray(fc.tuple(path, entry), { minLength: 1, maxLength: 8, selector: ([name]) => name })
  // An entry below one that is no folder is refused, and tested below.
  .filter((entries) =>
    entries.every(([name]) =>
      entries.every(([of, { kind }]) => kind === 'directory' || !name.startsWith(`${of}/`)),
    ),
  )
  .map((entries) => treeOf(entries));

function plain(of: OverlayTree): unknown[] {
  return [...of].map(([name, each]) => [
    name,
    each.kind === 'file' ? { ...each, bytes: Buffer.from(each.bytes) } : each,
  ]);
}

test('what is packed is unpacked again, whatever the tree', async (t) => {
  await fc.assert(
    fc.asyncProperty(tree, async (one) => {
      t.deepEqual(plain(await fromTar(gunzip(gzip(toTar(one, DATE)), 'x'), 'x')), plain(one));
    }),
    { numRuns: 60 },
  );
});

for (const [name, command] of [
  ['GNU tar', ['tar', 'tvf']],
  ['busybox tar', ['busybox', 'tar', 'tvf']],
] as const) {
  test(`${name} reads names, modes, owners, dates and links as we meant them`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 's6ts-tar-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const long = `usr/${'long/'.repeat(30)}name`;
    const one = treeOf([
      ['a', { kind: 'file', mode: 0o755, bytes: Buffer.from('12345') }],
      ['b', { kind: 'directory', mode: 0o1777 }],
      ['c', { kind: 'link', target: `/${'t/'.repeat(80)}end` }],
      [long, { kind: 'file', mode: 0o644, bytes: Buffer.from('') }],
    ]);
    const file = join(folder, 'x.tar');
    writeFileSync(file, toTar(one, DATE));
    const [program, ...args] = command;
    const lines = execFileSync(program, [...args, file], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    })
      .trim()
      .split('\n');
    t.is(lines.length, 4);
    t.regex(lines[0] ?? '', /^-rwxr-xr-x 0\/0 +5 2026-11-21 09:15(:44)? \.\/a$/);
    t.regex(lines[1] ?? '', /^drwxrwxrwt 0\/0 +0 2026-11-21 09:15(:44)? \.\/b\/$/);
    t.regex(lines[2] ?? '', /^lrwxrwxrwx 0\/0 +0 .* \.\/c -> \/(t\/){80}end$/);
    t.true((lines[3] ?? '').endsWith(`./${long}`));
  });
}

/** A tar member with this name and type. */
function member(fields: ConstructorParameters<typeof Header>[0], body = Buffer.alloc(0)): Buffer {
  const header = new Header({
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: DATE,
    size: body.length,
    ...(fields as object),
  });
  header.encode();
  return Buffer.concat([
    header.block ?? Buffer.alloc(0),
    body,
    Buffer.alloc((512 - (body.length % 512)) % 512),
  ]);
}
const END = Buffer.alloc(1024);

for (const [name, tar] of [
  ['an absolute name', [member({ path: '/etc/passwd', type: 'File' }), END]],
  ['a name that climbs out', [member({ path: './a/../../etc/passwd', type: 'File' }), END]],
  ['a character device', [member({ path: 'dev/null', type: 'CharacterDevice' }), END]],
  ['a block device', [member({ path: 'dev/sda', type: 'BlockDevice' }), END]],
  ['a fifo', [member({ path: 'fifo', type: 'FIFO' }), END]],
  ['a name twice', [member({ path: 'a', type: 'File' }), member({ path: './a', type: 'File' }), END]],
  ['a hard link to nothing', [member({ path: 'a', type: 'Link', linkpath: 'b' }), END]],
  ['a hard link out of it', [member({ path: 'a', type: 'Link', linkpath: '../b' }), END]],
  ['no end', [member({ path: 'a', type: 'File' }, Buffer.from('x'))]],
  ['a body cut short', [member({ path: 'a', type: 'File' }, Buffer.alloc(3000)).subarray(0, 1024)]],
  ['a wrong checksum', [member({ path: 'a', type: 'File' }).fill('7', 0, 1), END]],
  ['nothing', []],
  ['no tar', [Buffer.from('x'.repeat(2000))]],
  ['a gzip file', [gzipSync(END)]],
] as [string, Buffer[]][]) {
  test(`a tar with ${name} is refused`, async (t) => {
    const error = await t.throwsAsync(fromTar(Buffer.concat(tar), 'x.tar'), { instanceOf: S6tsError });
    t.is(error.code, 'tar-malformed');
    t.regex(error.message, /^x\.tar is not a tar that we take: ./);
  });
}

test('what lies below a link or a file of the same tar is refused: it would go wherever the link leads', async (t) => {
  for (const first of [
    member({ path: 'a', type: 'SymbolicLink', linkpath: '/etc' }),
    member({ path: 'a', type: 'File' }),
  ]) {
    const tar = Buffer.concat([first, member({ path: 'a/b/passwd', type: 'File' }), END]);
    const error = await t.throwsAsync(fromTar(tar, 'x.tar'), { instanceOf: S6tsError });
    t.is(error.code, 'tree-path');
  }
});

test('a cut or changed gzip file is refused, and one that grows beyond the limit', (t) => {
  const packed = gzip(Buffer.alloc(10_000, 'abc'));
  for (const bytes of [packed.slice(0, -1), packed.slice(0, 20), Buffer.from('no gzip'), new Uint8Array()]) {
    t.is(t.throws(() => gunzip(bytes, 'x.gz'), { instanceOf: S6tsError }).code, 'gzip-malformed');
  }
  packed[packed.length - 6] = (packed[packed.length - 6] ?? 0) ^ 1;
  t.throws(() => gunzip(packed, 'x.gz'), { instanceOf: S6tsError });
  t.throws(() => gunzip(gzip(Buffer.alloc(5000)), 'x.gz', 4999), { instanceOf: S6tsError });
});

test('the bytes of our gzip are these on any machine', (t) => {
  const packed = gzip(Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * index) >> 3)));
  t.deepEqual([...packed.slice(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
  t.is(createHash('sha256').update(packed).digest('hex'), GZIP_SHA256);
  t.is(execFileSync('gunzip', ['-c'], { input: packed }).length, 50_000);
});
const GZIP_SHA256 = 'dbf51be7a70d8e1166ef1aaaafccbdc3c1f2f85a363be763a5206d8e1b8964a7';

const meta = {
  name: 's6-overlay',
  version: '1.2.3',
  architecture: 'amd64',
  date: '2026-11-21T09:15:44Z',
  packages: [],
} as const;

test('an overlay says what it is', async (t) => {
  const one = treeOf([[META, { kind: 'file', mode: 0o644, bytes: Buffer.from(formatMeta(meta)) }]]);
  const read = await readOverlay(gzip(toTar(one, DATE)), 'x.tar.gz');
  t.deepEqual(read.meta, meta);
  t.deepEqual([...read.tree.keys()], [META]);
});

test('a tarball of somebody else is told apart', async (t) => {
  const other = gzip(toTar(treeOf([['init', { kind: 'link', target: 'x' }]]), DATE));
  const error = await t.throwsAsync(readOverlay(other, 'x.tar.gz'), { instanceOf: S6tsError });
  t.is(error.code, 'overlay-foreign');
  for (const text of [
    '',
    '[]',
    'null',
    '{"name":"other"}',
    JSON.stringify({ ...meta, date: 'soon' }),
    JSON.stringify({ ...meta, packages: [1] }),
  ]) {
    t.is(t.throws(() => parseMeta(text, 'x'), { instanceOf: S6tsError }).code, 'overlay-foreign', text);
  }
});
