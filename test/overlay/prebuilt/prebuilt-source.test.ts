import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { silent } from '../../../src/base/progress.js';
import { parseArchitecture } from '../../../src/overlay/architecture.js';
import { readLock, SKAWARE_LOCK } from '../../../src/overlay/lock.js';
import { prebuiltSource } from '../../../src/overlay/source/prebuilt/prebuilt-source.js';
import type { Programs } from '../../../src/overlay/source/source.js';
import { serve, serveFiles } from '../../harness/http-server.js';
import { archiveOf, skawareRelease, staticLauncher } from '../../harness/skaware.js';
import { tarOf, type Files } from '../../harness/tarball.js';

const AMD64 = parseArchitecture('amd64');
const S6 = 's6-2.13.1.0-linux-amd64-bin.tar.gz';
/** A few of the names that our runtime answers to. */
const OURS = new Set(['s6-echo', 's6-test', 's6-svscanctl', 'multisubstitute', 'import']);

async function programs(source: string, warn?: (text: string) => void): Promise<Programs> {
  const from = prebuiltSource({
    source,
    ours: () => Promise.resolve(OURS),
    fetch: { attempts: 3, backoffMs: 1 },
  });
  const progress = { ...silent, ...(warn === undefined ? {} : { warn }) };
  return from.programs(AMD64, await readLock(SKAWARE_LOCK), { progress });
}

/** A folder with these files that goes when the test ends. */
async function folderOf(t: ExecutionContext, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 's6ts-skaware-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
  return folder;
}

test('from a folder: programs in our bin, ours in front, other files where they were, each archive with its hash', async (t) => {
  const folder = await folderOf(t, await skawareRelease());
  const warnings: string[] = [];
  const { tree, packages } = await programs(pathToFileURL(folder).href, (text) => warnings.push(text));
  const at = (path: string) => tree.get(`usr/lib/s6/${path}`);
  for (const name of ['bin/s6-svscan', 'bin/execlineb', 'libexec/s6-svscanctl', 'libexec/multisubstitute'])
    t.is(at(name)?.kind, 'file', name);
  t.is(at('bin/s6-echo'), undefined);
  t.deepEqual(at('bin/alias'), { kind: 'link', target: 'foreground' });
  t.is(tree.get('etc/leapsecs.dat')?.kind, 'file');
  t.false([...tree.keys()].some((path) => /^(?:bin|usr\/lib\/s6\/(?:ld|lib))(?:\/|$)/.test(path)));
  t.deepEqual(
    packages.map(({ name, path }) => [name, path]),
    [
      ['skalibs', 'skalibs-2.14.3.0-linux-amd64-bin.tar.gz'],
      ['execline', 'execline-2.9.6.1-linux-amd64-bin.tar.gz'],
      ['s6', S6],
      ['s6-portable-utils', 's6-portable-utils-2.3.0.4-linux-amd64-bin.tar.gz'],
    ],
  );
  t.true(packages.every(({ sha256, vouchedBy }) => /^[0-9a-f]{64}$/.test(sha256) && vouchedBy === null));
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /no signature vouches/);
});

test('from a server that stumbles, the same as from the folder', async (t) => {
  const files = await skawareRelease();
  let stumbled = false;
  const { url, requests } = await serve(t, (request, response) => {
    const bytes = files.get((request.url ?? '').slice('/v1/'.length));
    if (bytes === undefined) return void response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const headers = { etag: '"one"', 'content-length': String(bytes.length - from) };
    if (from > 0) {
      response.writeHead(206, {
        ...headers,
        'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      });
      return void response.end(bytes.subarray(from));
    }
    response.writeHead(200, headers);
    if (stumbled || !request.url?.endsWith(S6)) return void response.end(bytes);
    stumbled = true;
    response.write(bytes.subarray(0, 100), () => response.socket?.destroy());
  });
  const folder = await folderOf(t, files);
  t.deepEqual(await programs(`${url}/v1/`), await programs(folder));
  t.is(requests.filter((path) => path === `/v1/${S6}`).length, 2);
});

test('s6-portable-utils’ s6-test stands in for an eltest that an old execline lacks', async (t) => {
  const text = await staticLauncher();
  const names = ['s6-svscan', 's6-supervise', 's6-log', 's6-svscanctl', 'execlineb', 's6-test'];
  const all = Object.fromEntries(names.map((name) => [`/bin/${name}`, { text, mode: 0o755 }]));
  const files = new Map<string, Uint8Array>([
    ['manifest-linux.txt', Buffer.from('s6=2.13.1.0\n')],
    [S6, archiveOf(all)],
  ]);
  const { tree } = await programs(await folderOf(t, files));
  t.is(tree.get('usr/lib/s6/bin/eltest')?.kind, 'file');
});

/** The s6 archive with these entries too. */
async function withEntries(entries: Files): Promise<Map<string, Uint8Array>> {
  const text = await staticLauncher();
  const names = ['s6-svscan', 's6-supervise', 's6-log', 's6-svscanctl'];
  const good = Object.fromEntries(names.map((name) => [`/bin/${name}`, { text, mode: 0o755 }]));
  return new Map(await skawareRelease()).set(S6, archiveOf({ ...good, ...entries }));
}

const INTERPRETED = Buffer.from('\x7fELF, but cut off before its header ends'.padEnd(100), 'latin1');

for (const [name, entries, message] of [
  ['a way up', { '/../up': 'x' }, /"\.\/\.\.\/up"/],
  ['a set-uid program', { '/bin/su': { text: '#!/bin/sh', mode: 0o4755 } }, /bin\/su: .*set-uid.*4755/],
  ['a set-gid program', { '/bin/sg': { text: '#!/bin/sh', mode: 0o2755 } }, /bin\/sg: .*set-gid/],
  ['an absolute link', { '/bin/link': { link: '/etc/shadow' } }, /bin\/link: .*\/etc\/shadow.*absolute/],
  ['a link that leads out', { '/bin/link': { link: '../../etc/shadow' } }, /bin\/link: .*leads out/],
  ['a link to nothing', { '/bin/link': { link: 'nowhere' } }, /bin\/link: .*no file/],
  ['links in a ring', { '/bin/a': { link: 'b' }, '/bin/b': { link: 'a' } }, /bin\/a: .*no file/],
  ['a cut ELF file', { '/bin/cut': { text: INTERPRETED, mode: 0o755 } }, /bin\/cut is no ELF/],
  ['a text as a program', { '/bin/text': { text: 'words', mode: 0o755 } }, /bin\/text: .*neither/],
] as const satisfies readonly (readonly [string, Files, RegExp])[]) {
  test(`${name} is refused with the entry’s name`, async (t) => {
    await t.throwsAsync(programs(await folderOf(t, await withEntries(entries))), { message });
  });
}

test('devices and absolute names, which GNU tar writes on demand, are refused with the entry’s name', async (t) => {
  for (const [type, path] of [
    ['3', './dev/mem'],
    ['4', './dev/sda'],
    ['6', './fifo'],
    ['0', '/etc/passwd'],
  ] as const) {
    const tar = tarOf({ '/x': '' });
    tar.write(path.padEnd(100, '\0'), 0, 'latin1');
    tar.write(type, 156, 'latin1');
    tar.fill(' ', 148, 156);
    const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const files = new Map(await skawareRelease()).set(S6, gzipSync(tar));
    const error = await t.throwsAsync(programs(await folderOf(t, files)), { code: 'tar-malformed' });
    t.true(error.message.includes(path), error.message);
  }
});

test('a dynamic program, or one for another processor, is refused', async (t) => {
  const other = Buffer.from(await staticLauncher());
  other.writeUInt16LE(183, 18);
  const dynamic = await import('node:fs/promises').then(({ readFile }) => readFile('/usr/bin/env'));
  for (const [text, message] of [
    [other, /bin\/odd: .*another processor .*183/],
    [dynamic, /bin\/odd: it is not static: .*ld-linux/],
  ] as const) {
    const files = await withEntries({ '/bin/odd': { text, mode: 0o755 } });
    await t.throwsAsync(programs(await folderOf(t, files)), { code: 'skaware-entry', message });
  }
});

test('what is missing, cut or not meant is said with its name', async (t) => {
  const files = await skawareRelease();
  const without = (name: string): Map<string, Uint8Array> =>
    new Map([...files].filter(([key]) => key !== name));
  const cases: [ReadonlyMap<string, Uint8Array>, string, RegExp][] = [
    [without('manifest-linux.txt'), 'skaware-archive', /has no manifest-linux\.txt/],
    [without(S6), 'skaware-archive', /manifest-linux\.txt names s6, but .* has no s6-2\.13/],
    [new Map(files).set(S6, files.get(S6)?.subarray(0, 300) ?? Buffer.of()), 'gzip-malformed', /s6-2\.13/],
    [new Map(files).set(S6, gzipSync('no tar')), 'tar-malformed', /s6-2\.13/],
    [
      new Map(files).set(S6, archiveOf({})),
      'skaware-incomplete',
      /no s6-svscan, s6-supervise, s6-log, s6-svscanctl/,
    ],
  ];
  for (const [set, code, message] of cases) {
    await t.throwsAsync(programs(await folderOf(t, set)), { code, message });
  }
  await t.throwsAsync(programs(`file://${await folderOf(t, files)}/none`), {
    code: 'skaware-source',
    message: /^there is no folder \/.*\/none$/,
  });
  const { url } = await serveFiles(t, new Map([...without(S6)].map(([name, bytes]) => [`/${name}`, bytes])));
  await t.throwsAsync(programs(url), { code: 'skaware-archive', message: /has no s6-2\.13/ });
});

test('a body beyond the limit is not read to its end', async (t) => {
  const { url } = await serve(t, (_, response) => response.end(Buffer.alloc(100_000, 'a=1\n')));
  await t.throwsAsync(programs(url), { code: 'fetch-too-large', message: /manifest-linux\.txt/ });
});

for (const [source, message] of [
  ['ftp://example.org/skaware', /neither a file nor an http/],
  ['file://elsewhere/skaware', /no path of this machine/],
  ['https://user:secret@example.org/skaware', /name or password for example\.org/],
  ['https://example.org/skaware?v=1', /\? or # part/],
] as const) {
  test(`${source} is no place for a release`, async (t) => {
    const error = await t.throwsAsync(programs(source), { code: 'skaware-source', message });
    t.false(error.message.includes('secret'));
  });
}
