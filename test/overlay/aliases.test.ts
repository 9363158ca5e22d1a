import { execFile } from 'node:child_process';
import { cp, lstat, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { engine } from '../harness/engine.js';
import { allReleasesFolder } from '../harness/release.js';
import { s6ts } from '../harness/s6ts.js';
import { temporaryFolder } from '../image/injecting.js';

const run = promisify(execFile);
/** What lies there under a name of TARGETARCH, by the seed's. */
const FILES = ['s6-overlay', 's6-overlay-syslog'].flatMap((part) =>
  ['tar.gz', 'cdx.json', 'provenance.json'].map((end) => [`${part}-arm64.${end}`, `${part}-aarch64.${end}`]),
);

test('every file is there under the name that TARGETARCH has for its architecture, as a link', async (t) => {
  const folder = await allReleasesFolder();
  for (const [alias = '', seed = ''] of FILES) t.is(await readlink(join(folder, alias)), seed);
  const names = await readdir(folder);
  for (const alias of ['386', 'arm']) t.true(names.includes(`s6-overlay-${alias}.cdx.json`), alias);
  await run('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: folder });
  t.regex(await readFile(join(folder, 'SHA256SUMS'), 'utf8'), / \*s6-overlay-arm64\.tar\.gz$/m);
});

test('--copies makes them files with the same bytes', async (t) => {
  const folder = await temporaryFolder(t);
  const links = await allReleasesFolder();
  const { XDG_CACHE_HOME, HOME } = process.env;
  const args = ['build-release', '--arch', 'linux/arm64', '--copies', '--no-sign', '--out', folder];
  const made = await s6ts(args, { HOME, ...(XDG_CACHE_HOME === undefined ? {} : { XDG_CACHE_HOME }) });
  t.is(made.code, 0, made.stderr);
  for (const [alias = ''] of FILES) {
    t.true((await lstat(join(folder, alias))).isFile(), alias);
    t.deepEqual(await readFile(join(folder, alias)), await readFile(join(links, alias)), alias);
  }
});

test('ADD takes a link for what it leads to: a Dockerfile needs no case for the architecture', async (t) => {
  const folder = await allReleasesFolder();
  const { address, docker } = await engine();
  const context = await temporaryFolder(t);
  for (const name of ['s6-overlay-arm64.tar.gz', 's6-overlay-aarch64.tar.gz'])
    await cp(join(folder, name), join(context, name), { verbatimSymlinks: true });
  t.is(await readlink(join(context, 's6-overlay-arm64.tar.gz')), 's6-overlay-aarch64.tar.gz');
  const dockerfile = 'FROM scratch\nARG TARGETARCH\nADD s6-overlay-${TARGETARCH}.tar.gz /\nCMD ["/init"]\n';
  await writeFile(join(context, 'Dockerfile'), dockerfile);
  const tag = 's6ts-test/alias:arm64';
  await run('docker', ['-H', address, 'build', '--build-arg', 'TARGETARCH=arm64', '-t', tag, context]);
  const container = await docker.createContainer({ Image: tag });
  t.teardown(() => container.remove());
  const { stdout } = await run('docker', [
    '-H',
    address,
    'cp',
    `${container.id}:/usr/lib/s6/overlay.json`,
    '-',
  ]);
  t.regex(stdout, /"architecture": "aarch64"/);
});
