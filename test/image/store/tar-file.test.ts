import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { Header } from 'tar';
import { pendingTemporaryFiles } from '../../../src/base/atomic-file.js';
import { DockerArchiveStore } from '../../../src/image/store/archive/docker-archive-store.js';
import { OciArchive } from '../../../src/image/store/archive/oci-archive.js';
import { TarFile } from '../../../src/image/store/archive/tar-file.js';
import { tarOf, type Files } from '../../harness/tarball.js';
import { temporaryFolder } from '../injecting.js';

async function archive(t: ExecutionContext, content: Uint8Array): Promise<string> {
  const file = join(await temporaryFolder(t), 'a.tar');
  await writeFile(file, content);
  return file;
}

async function refusal(
  t: ExecutionContext,
  content: Uint8Array,
  then?: (tar: TarFile) => unknown,
): Promise<string> {
  const file = await archive(t, content);
  const error = await t.throwsAsync(
    TarFile.open(file).then((tar) => (tar === undefined ? undefined : then?.(tar))),
  );
  t.regex(
    String((error as { code?: unknown }).code),
    /^(?:archive-malformed|layer-malformed|unpack-failed)$/,
  );
  t.true(error.message.includes(file), error.message);
  return error.message;
}

function header(fields: Record<string, unknown>): Buffer {
  const block = Buffer.alloc(512);
  new Header({ mode: 0o644, uid: 0, gid: 0, size: 0, mtime: new Date(0), ...fields }).encode(block);
  return block;
}

const END = Buffer.alloc(1024);
const link = (path: string, linkpath: string): Buffer => header({ path, linkpath, type: 'SymbolicLink' });

test('what is no regular file is refused, not waited for', async (t) => {
  const fifo = join(await temporaryFolder(t), 'fifo');
  execFileSync('mkfifo', [fifo]);
  for (const path of [fifo, '/dev/zero']) {
    await t.throwsAsync(TarFile.open(path), { code: 'file-error', message: /no regular file/ }, path);
  }
});

for (const [name, content, message] of [
  [
    'a member that leads up',
    tarOf({ '/blobs/../../up': 'x' }),
    /refused for "blobs\/\.\.\/\.\.\/up": it leads out/,
  ],
  [
    'an absolute member',
    Buffer.concat([header({ path: '/etc/passwd' }), END]),
    /"\/etc\/passwd": it leads out/,
  ],
  [
    'a link that leads up',
    Buffer.concat([link('a/layer.tar', '../../x'), END]),
    /"a\/\.\.\/\.\.\/x"|"\.\.\/x"/,
  ],
  ['an absolute link', Buffer.concat([link('a/layer.tar', '/etc/shadow'), END]), /etc\/shadow/],
  ['a cut archive', tarOf({ '/a': 'x'.repeat(5000) }).subarray(0, 2048), /"a": the archive is cut off/],
  [
    'a cut packed archive',
    gzipSync(tarOf({ '/a': 'x' })).subarray(0, 40),
    /can't be unpacked: unexpected end/,
  ],
  ['words', Buffer.from('words '.repeat(200)), /checksum/],
  [
    'a long name longer than any',
    Buffer.concat([header({ path: '././@LongLink', type: 'NextFileHasLongPath', size: 2 ** 30 }), END]),
    /header of 1073741824 bytes/,
  ],
] as const) {
  test(`${name} is refused, the archive named`, async (t) => {
    t.regex(await refusal(t, content), message);
  });
}

test('a ring of links is refused where it is followed', async (t) => {
  const ring = Buffer.concat([link('a', 'b'), link('b', 'a'), END]);
  t.regex(await refusal(t, ring, (tar) => tar.nameOf('a')), /"a": its links go round/);
});

test.serial(
  'members are read where they stand: pax and GNU names, links, holes between, in a file packed or not',
  async (t) => {
    const folder = await temporaryFolder(t);
    const long = 'n'.repeat(150);
    for (const format of ['gnu', 'pax']) {
      const script = `cd "$0"; rm -rf x; mkdir -p x/${long} x/d; echo one >x/${long}/f; ln -s ../${long}/f x/d/to
      ln x/${long}/f x/hard; head -c 300000 /dev/zero >x/big; echo last >x/zz
      tar -C x --format=${format} --sort=name -cf a.tar .; gzip -kf a.tar`;
      execFileSync('bash', ['-euc', script, folder]);
      for (const file of ['a.tar', 'a.tar.gz']) {
        const tar = await TarFile.open(join(folder, file));
        const read = (name: string): Promise<string | undefined> | undefined => tar?.text(name, 1000);
        t.is(await read(`${long}/f`), 'one\n');
        t.is(await read('d/to'), 'one\n');
        t.is(await read('hard'), 'one\n');
        t.is(await read('zz'), 'last\n');
        t.is(tar?.part('big')?.size, 300_000);
        t.is(await read('none'), undefined);
        await t.throwsAsync(async () => read('big'), { message: /"big": its 300000 bytes are too many/ });
        tar?.close();
      }
    }
    t.deepEqual(pendingTemporaryFiles(), []);
  },
);

const context = { cacheFolder: '/nonexistent', env: {}, home: '/nonexistent', exact: false } as never;
const read = (path: string, image?: string): Promise<unknown> => {
  const reference = {
    transport: 'docker-archive',
    kind: 'file',
    path,
    ...(image === undefined ? {} : { image }),
  } as const;
  return new DockerArchiveStore(reference, context).read(reference);
};

test('an archive of the other kind is named for what it is; a manifest.json that is none is refused', async (t) => {
  const plain = await archive(t, tarOf({ '/index.json': '{"manifests":[]}', '/oci-layout': '{}' }));
  t.like(await t.throwsAsync(read(plain)), {
    code: 'archive-malformed',
    hint: `is it an OCI archive? then write oci-archive:${plain}`,
  });
  const legacy = (manifest: string): Promise<string> => archive(t, tarOf({ '/manifest.json': manifest }));
  await t.throwsAsync(new OciArchive(await legacy('[]')).manifest('1'), { code: 'layout-missing' });
  for (const manifest of ['{', '{}', '[1]', '[{"RepoTags":[]}]', '[{"Config":"c","Layers":[1]}]']) {
    await t.throwsAsync(read(await legacy(manifest)), { code: 'archive-malformed' }, manifest);
  }
  await t.throwsAsync(read(await legacy('[{"Config":"c","Layers":[]}]')), { message: /has no config c/ });
  await t.throwsAsync(read('/nonexistent/a.tar'), { code: 'file-missing' });
});

test.serial('a write that fails leaves the archive as it was', async (t) => {
  const files: Files = { '/index.json': '{"manifests":[]}', '/oci-layout': '{}' };
  const file = await archive(t, tarOf(files));
  const writer = await new OciArchive(file).begin('1');
  const digest = `sha256:${'0'.repeat(64)}` as const;
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: 3 };
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 3 };
  await writer.put(layer, async function* () {
    yield Buffer.from('abc');
    await Promise.resolve();
  });
  const manifest = JSON.stringify({ schemaVersion: 2, config, layers: [layer] });
  await t.throwsAsync(writer.commit(manifest, 'application/vnd.oci.image.manifest.v1+json'), {
    code: 'blob-mismatch',
  });
  t.deepEqual(await readFile(file), tarOf(files));
  t.deepEqual(pendingTemporaryFiles(), []);
});
