import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { findMirror } from '../../src/overlay/source/debian/mirror.js';
import { copyPaths } from '../harness/checkout.js';
import { debianRoot } from '../harness/debian-root.js';
import { engine } from '../harness/engine.js';
import { releaseTarball } from '../harness/release.js';
import { skawareRelease } from '../harness/skaware.js';
import { temporaryFolder } from '../image/injecting.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BASE = 's6ts-test/builder-base:latest';
const BIG = { maxBuffer: 1 << 24 };

/** What a clone holds after `npm run build`, with what it needs to run. */
async function contextIn(folder: string): Promise<void> {
  const { stdout } = await run('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: ROOT, ...BIG });
  const packages = stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((path) => relative(ROOT, path));
  const own = [
    ...['Dockerfile', '.dockerignore', 'LICENSE', 'package.json', 'oclif.manifest.json'],
    ...['bin', 'dist', 'assets'],
  ];
  await copyPaths([...own, 'release', 'build/runtime', ...packages], folder);
}

test('the builder image leaves tarballs in /builder/dist, from Debian and from SKAWARE_SOURCE', async (t) => {
  const folder = await temporaryFolder(t);
  const { address } = await engine();
  const docker = async (...args: string[]): Promise<string> =>
    (await run('docker', ['-H', address, ...args], { cwd: folder, ...BIG })).stdout;
  const context = join(folder, 'context');
  await contextIn(context);

  // A Debian with Node: this machine's own, for no registry is at hand.
  await docker('import', await debianRoot(), 's6ts-test/debian:root');
  const node = join(folder, 'node');
  await mkdir(node);
  await cp(process.execPath, join(node, 'node'));
  const { stdout } = await run('ldd', [process.execPath]);
  for (const [, library = ''] of stdout.matchAll(/=> (\/\S*lib(?:stdc\+\+|gcc_s)\S*)/g)) {
    await cp(library, join(node, library.slice(library.lastIndexOf('/') + 1)), { dereference: true });
  }
  await writeFile(
    join(node, 'Dockerfile'),
    'FROM s6ts-test/debian:root\nCOPY node /usr/bin/\nCOPY lib* /usr/lib/\nRUN node --version\n',
  );
  await docker('build', '-t', BASE, node);

  // As the seed has it: the id is the third word of the last line.
  const said = await docker('build', '--build-arg', `BASE=${BASE}`, context);
  const image = said.trim().split('\n').at(-1)?.split(' ')[2] ?? '';
  // As README has it, which BuildKit answers alike.
  const quiet = await docker('build', '-q', '--build-arg', `BASE=${BASE}`, context);
  t.true(quiet.startsWith(`sha256:${image}`), quiet);
  const dist = async (name: string): Promise<string> => {
    const path = join(folder, name);
    await mkdir(path);
    await chmod(path, 0o757); // mkdir dist; chmod o+rw dist
    return path;
  };

  const plain = await dist('plain');
  const mirror = await findMirror({ env: process.env });
  const network = ['--network', 'host', '-e', `S6TS_MIRROR=${mirror}`, '-e', 'ARCH=amd64'];
  await docker('run', '--rm', ...network, '-v', `${plain}:/builder/dist`, image);
  const built = await readFile(join(plain, 's6-overlay-amd64.tar.gz'));
  t.true(built.equals(await readFile(await releaseTarball())), 'the same bytes as on this machine');
  await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: plain });

  const skaware = join(folder, 'skaware');
  await mkdir(skaware);
  for (const [name, bytes] of await skawareRelease()) await writeFile(join(skaware, name), bytes);
  const own = await dist('own');
  await docker(
    ...['run', '--rm', '--network', 'none', '-e', 'ARCH=amd64', '-e', 'SKAWARE_SOURCE=file:///skaware'],
    ...['-v', `${skaware}:/skaware:ro`, '-v', `${own}:/builder/dist`, image],
  );
  const { stdout: listed } = await run('tar', ['-tzf', join(own, 's6-overlay-amd64.tar.gz')]);
  t.regex(listed, /^\.\/usr\/lib\/s6\/bin\/s6-svscan$/m);
  t.notRegex(listed, /usr\/lib\/s6\/ld$/m);
});
