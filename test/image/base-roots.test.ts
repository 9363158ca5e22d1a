import { execFile } from 'node:child_process';
import { chmod, chown, link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { silent } from '../../src/base/progress.js';
import { openRootfs, type Rootfs } from '../../src/image/rootfs/open-rootfs.js';
import { busyboxRoot } from '../harness/roots.js';
import { s6ts } from '../harness/s6ts.js';
import { listTar, tarOf } from '../harness/tarball.js';
import { temporaryFolder } from './injecting.js';

const run = promisify(execFile);

function open(path: string, newest?: number): Promise<Rootfs> {
  return openRootfs(path, { progress: silent, signal: new AbortController().signal, newest });
}

async function bytesOf(rootfs: Rootfs): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of rootfs.layer.openBlob?.() ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('a tar that is plain, gzip or xz is one layer of the same diff id, a gzip file its very blob', async (t) => {
  const folder = await temporaryFolder(t);
  const tar = tarOf(busyboxRoot({ merged: 'relative' }));
  const zipped = gzipSync(tar);
  await writeFile(join(folder, 'plain'), tar);
  await writeFile(join(folder, 'gz'), zipped);
  await run('xz', ['-k', join(folder, 'plain')]);
  const [plain, gz, xz] = await Promise.all(
    ['plain', 'gz', 'plain.xz'].map((name) => open(join(folder, name))),
  );
  t.is(gz?.layer.diffId, plain?.layer.diffId);
  t.is(xz?.layer.diffId, plain?.layer.diffId);
  t.is(plain?.architecture?.seed, 'amd64');
  t.is(gz?.layer.blob.mediaType, 'application/vnd.oci.image.layer.v1.tar+gzip');
  if (gz !== undefined && xz !== undefined) {
    t.true((await bytesOf(gz)).equals(zipped));
    t.true((await bytesOf(xz)).equals(tar));
    t.deepEqual(await gz.tree.lstat('bin'), { target: 'usr/bin' });
    t.is((await gz.tree.folder('tmp')).mode, 0o1777);
  }
});

test('a folder is a layer with its owners, modes, hard links and times, without devices, the same each time', async (t) => {
  const folder = join(await temporaryFolder(t), 'root');
  await mkdir(join(folder, 'etc'), { recursive: true });
  await mkdir(join(folder, 'var/mail'), { recursive: true });
  await writeFile(join(folder, 'etc/shadow'), 'secret');
  await chown(join(folder, 'etc/shadow'), 0, 42);
  await chmod(join(folder, 'etc/shadow'), 0o640);
  await writeFile(join(folder, 'etc/su'), 'x');
  await chmod(join(folder, 'etc/su'), 0o4755);
  await link(join(folder, 'etc/su'), join(folder, 'etc/su-too'));
  await chown(join(folder, 'var/mail'), 0, 8);
  await chmod(join(folder, 'var/mail'), 0o2775);
  await run('mknod', [join(folder, 'null'), 'c', '1', '3']);
  const name = 'a'.repeat(120);
  await writeFile(join(folder, name), 'long');
  const rootfs = await open(folder, 1_700_000_000);
  const bytes = await bytesOf(rootfs);
  const list = await listTar(bytes);
  const facts = (path: string): unknown[] => {
    const { type, mode, uid, gid, link: target } = list.get(path) ?? {};
    return [type, mode, uid, gid, target];
  };
  t.deepEqual(facts('etc/shadow'), ['File', 0o640, 0, 42, '']);
  t.deepEqual(facts('etc/su'), ['File', 0o4755, 0, 0, '']);
  t.deepEqual(facts('etc/su-too'), ['Link', 0o4755, 0, 0, 'etc/su']);
  t.deepEqual(facts('var/mail'), ['Directory', 0o2775, 0, 8, '']);
  t.is(list.get(name)?.bytes.toString(), 'long');
  t.false(list.has('null'));
  t.is(rootfs.newest, 1_700_000_000);
  t.true(bytes.equals(await bytesOf(await open(folder, 1_700_000_000))));
});

test("a tar's extended attributes are those of its folders", async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'root/etc'), { recursive: true });
  const tar = ['--format=pax', '--pax-option=SCHILY.xattr.user.own:=kept', '-cf', join(folder, 'tar')];
  await run('tar', [...tar, '-C', join(folder, 'root'), '.']);
  const { xattrs } = await (await open(join(folder, 'tar'))).tree.folder('etc');
  t.deepEqual(
    [...xattrs].map(([name, value]) => [name, String(value)]),
    [['user.own', 'kept']],
  );
});

test.serial('what somebody may not read is said by its names, all of it', async (t) => {
  const folder = await temporaryFolder(t);
  await chmod(folder, 0o755);
  for (const path of ['a/open', 'b/closed', 'c'])
    await mkdir(join(folder, 'root', path), { recursive: true });
  await chmod(join(folder, 'root/b/closed'), 0o700);
  await writeFile(join(folder, 'root/c/secret'), 'x', { mode: 0o600 });
  process.seteuid?.(65_534);
  const refused = t.throwsAsync(open(join(folder, 'root')), { code: 'rootfs-unreadable' });
  const error = await refused.finally(() => process.seteuid?.(0));
  t.true(error.message.endsWith(`no permission for ${folder}/root/b/closed, ${folder}/root/c/secret`));
});

for (const [name, root, output] of [
  ['in its root', 'root', 'root/new/out.tar'],
  ['in its root, by way of a link', 'root', 'link/out.tar'],
  ['its root', 'root.tar', './root.tar'],
] as const) {
  test(`an output that is ${name} is refused before the root is read`, async (t) => {
    const folder = await temporaryFolder(t);
    await mkdir(join(folder, 'root'));
    await symlink('root', join(folder, 'link'));
    await writeFile(join(folder, 'root.tar'), 'none');
    const { code, stderr } = await s6ts(['base', root, '-t', 'a:1', '-o', output], { HOME: folder }, folder);
    t.is(code, 2);
    t.true(stderr.includes(`${output} lies in the root file system ${root}, or is it`), stderr);
  });
}

async function refusal(t: ExecutionContext, bytes: Uint8Array): Promise<string> {
  const file = join(await temporaryFolder(t), 'root.tar');
  await writeFile(file, bytes);
  const error = await t.throwsAsync(open(file));
  return error.message;
}

for (const [name, bytes, message] of [
  ['a way up', tarOf({ '/x/../../up': 'x' }), /entry "x\/\.\.\/\.\.\/up": it leads out/],
  ['a whiteout', tarOf({ '/etc/.wh.passwd': '' }), /entry "etc\/\.wh\.passwd": .*deletes/],
  ['a cut tar', tarOf({ '/x': 'x' }).subarray(0, 700), /no root file system/],
  ['no tar at all', Buffer.from('words'.repeat(300)), /no root file system/],
  ['an empty file', Buffer.alloc(0), /no root file system: it is empty/],
  ['an empty tar', tarOf({}), /no root file system: it is empty/],
  ['a cut gzip file', gzipSync(tarOf(busyboxRoot())).subarray(0, 5000), /can't be unpacked: unexpected end/],
  ['bzip2', Buffer.from('BZh91AY'), /packed with bzip2/],
] as const) {
  test(`${name} is refused`, async (t) => {
    t.regex(await refusal(t, bytes), message);
  });
}
