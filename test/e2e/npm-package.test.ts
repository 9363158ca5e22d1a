import { execFile } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { temporaryFolder } from '../image/injecting.js';
import { checkoutCopy } from '../harness/checkout.js';
import { runContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { imageOf } from '../harness/images.js';
import { allReleasesFolder } from '../harness/release.js';
import { busyboxRoot } from '../harness/roots.js';
import { s6ts } from '../harness/s6ts.js';

const run = promisify(execFile);
const NOWHERE = 'http://127.0.0.1:1/none';
const SEED = ['amd64', 'x86', 'armhf', 'aarch64'];
/** All that a package may hold: programs, what they read, and words. No test, no source of the C part. */
const PACKED =
  /^package\/(?:(?:README|CHANGELOG)\.md|LICENSE|package\.json|oclif\.manifest\.json|bin\/run\.cjs|assets\/.+|release\/.+|dist\/(?:.+\.(?:c?js|d\.ts)|help\.txt|bundled-licences\.txt)|embedded\/(?:SHA256SUMS|s6-overlay-[\w.-]+\.(?:gz|json|asc))(?:\.sig)?|build\/runtime\/(?:tables\.json|\w+\/(?:init|utils|syslogd)))$/;
test('a release by the check-list: installed from its file it injects at once, offline, verifies and builds', async (t) => {
  const folder = await temporaryFolder(t);
  const tree = join(folder, 'tree');
  const ownBuild = await allReleasesFolder();
  await checkoutCopy(tree);
  const config = { XDG_CONFIG_HOME: join(folder, 'engineer') };
  const made = await s6ts(
    ['keygen', '--name', 'R. Engineer', '--email', 'r@example.org', '--no-passphrase', '--json'],
    { ...config, HOME: folder },
  );
  const { fingerprint, privateFile } = JSON.parse(made.stdout) as {
    fingerprint: string;
    privateFile: string;
  };
  // --fast, for half a minute a tarball is too long here; it leaves the package some 0.3 MB larger than a release's.
  const args = ['--no-build', '--fast', '--sign-key', privateFile, '--out', join(folder, 'out')];
  const release = (): Promise<{ stdout: string }> =>
    run(process.execPath, ['scripts/release.js', ...args], { cwd: tree, maxBuffer: 1 << 24 });

  // Each point is one: not dated, then without the key's fingerprint in the README.
  const changelog = await readFile(join(tree, 'CHANGELOG.md'), 'utf8');
  await writeFile(join(tree, 'CHANGELOG.md'), changelog.replace(/^(## \S+).*$/m, '$1 – unreleased'));
  t.regex(String(await t.throwsAsync(release())), /calls .* unreleased/);
  await writeFile(join(tree, 'CHANGELOG.md'), changelog.replace(/^(## \S+).*$/m, '$1 – 2026-11-24'));
  t.regex(String(await t.throwsAsync(release())), /README\.md does not name the key/);
  const readme = await readFile(join(tree, 'README.md'), 'utf8');
  await writeFile(join(tree, 'README.md'), `${readme}\n${fingerprint}\n`);
  const bare = await t.throwsAsync(run('npm', ['pack', '--dry-run'], { cwd: tree }));
  t.regex(String(bare), /the package would lack embedded\/s6-overlay-amd64\.tar\.gz .*\n.*release\.js/);
  const { stdout } = await release();
  await run('npm', ['pack', '--dry-run'], { cwd: tree });
  t.regex(stdout, /ok {2}signatures in the package +25 good/);

  const [file = ''] = (await readdir(join(folder, 'out'))).filter((name) => name.endsWith('.tgz'));
  const packed = join(folder, 'out', file);
  t.true((await stat(packed)).size <= 8_000_000);
  const paths = (await run('tar', ['-tzf', packed])).stdout.trim().split('\n');
  t.deepEqual(
    paths.filter((path) => !PACKED.test(path)),
    [],
  );
  for (const seed of SEED)
    for (const name of ['init', 'utils', 'syslogd'])
      t.true(paths.includes(`package/build/runtime/${seed}/${name}`), `${seed}/${name}`);

  const npm = ['install', '--global', '--prefix', join(folder, 'prefix')];
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', [...npm, ...quiet, packed], { cwd: folder, maxBuffer: 1 << 24 });
  const command = join(folder, 'prefix/bin/s6ts');
  const { address } = await engine();
  const env = { PATH: process.env['PATH'], HOME: join(folder, 'home'), DOCKER_HOST: address };
  const installed = (
    args: readonly string[],
    more: NodeJS.ProcessEnv = {},
  ): Promise<{ stdout: string; stderr: string }> =>
    run(command, [...args], { cwd: folder, env: { ...env, ...more } });
  const offline = { S6TS_MIRROR: NOWHERE };

  const image = await imageOf(await engine(), 'npm-package', busyboxRoot(), ['CMD ["sh", "-c", "exit 5"]']);
  const injected = await installed(['inject', image, '--tag', 's6ts-test/npm-package:s6'], offline);
  t.regex(
    injected.stdout,
    /embedded\/s6-overlay-amd64\.tar\.gz \(the one that s6ts carries\), signed by R\. Engineer/,
  );
  t.is((await runContainer({ image: 's6ts-test/npm-package:s6' })).exitCode, 5);
  // The other architectures too are at hand without a mirror: a carrier holds the seed's four.
  const carrier = await installed(['carrier', '--output', 'carrier.tar', '--json'], offline);
  const { platforms } = JSON.parse(carrier.stdout) as {
    platforms: { architecture: string; release: { origin: string; signedBy: { fingerprint: string } } }[];
  };
  t.deepEqual(
    platforms.map(({ architecture, release: { origin, signedBy } }) => [
      architecture,
      origin,
      signedBy.fingerprint,
    ]),
    SEED.map((seed) => [seed, 'embedded', fingerprint]),
  );

  const cache = process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/root', '.cache');
  const built = join(folder, 'built');
  const wanted = SEED.flatMap((seed) => ['--arch', seed]);
  await installed(['build-release', ...wanted, '--no-sign', '--out', built], { XDG_CACHE_HOME: cache });
  const embedded = join(folder, 'prefix/lib/node_modules/s6ts/embedded');
  for (const seed of SEED) {
    const name = `s6-overlay-${seed}.tar.gz`;
    const bytes = await readFile(join(ownBuild, name));
    t.true(bytes.equals(await readFile(join(built, name))), `${seed}: as the one that the checkout builds`);
    t.true(bytes.equals(await readFile(join(embedded, name))), `${seed}: as the one that it carries`);
    const verified = await installed(['verify', join(embedded, `${name}.sig`)]);
    t.regex(verified.stdout, /^good: .*\n +signed by R\. Engineer/);
  }
  const rebuilt = await installed(['verify', '--rebuild', join(embedded, 's6-overlay-amd64.tar.gz')], {
    XDG_CACHE_HOME: cache,
  });
  t.regex(rebuilt.stdout, /^the same: /m);
});
