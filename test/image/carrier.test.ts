import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { META } from '../../src/overlay/meta.js';
import { runContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { buildImage } from '../harness/images.js';
import { otherRelease } from '../harness/other-release.js';
import { releaseTarball } from '../harness/release.js';
import { busyboxRoot } from '../harness/roots.js';
import { s6ts } from '../harness/s6ts.js';
import { tarOf } from '../harness/tarball.js';
import { temporaryFolder } from './injecting.js';

const run = promisify(execFile);

/** A folder with this checkout's tarball, and the same once more as if it were for aarch64. */
async function releaseIn(folder: string): Promise<string> {
  const release = join(folder, 'release');
  await mkdir(release);
  await copyFile(await releaseTarball(), join(release, 's6-overlay-amd64.tar.gz'));
  await otherRelease(release, 'aarch64');
  return release;
}

test('a carrier is an index of all platforms, and COPY --from it leaves an image’s links alone', async (t) => {
  const folder = await temporaryFolder(t);
  const args = ['carrier', '--arch', 'amd64', '--arch', 'arm64', '--release', await releaseIn(folder)];
  const made = await s6ts(
    [...args, '--tag', 's6ts-test/carrier:1', '-o', 'carrier.tar'],
    { HOME: folder },
    folder,
  );
  t.is(made.code, 0, made.stderr);
  const skopeo = async (...words: string[]): Promise<string> =>
    (await run('skopeo', words, { cwd: folder, maxBuffer: 1 << 24 })).stdout;
  const index = JSON.parse(await skopeo('inspect', '--raw', 'oci-archive:carrier.tar:1')) as {
    manifests: { platform: object }[];
  };
  t.deepEqual(
    index.manifests.map(({ platform }) => platform),
    [
      { architecture: 'amd64', os: 'linux' },
      { architecture: 'arm64', os: 'linux', variant: 'v8' },
    ],
  );
  await skopeo('copy', '--all', 'oci-archive:carrier.tar:1', 'oci:layout:1');
  await skopeo('copy', '--override-arch', 'arm64', 'oci-archive:carrier.tar:1', 'oci:arm:1');
  await run('umoci', ['unpack', '--image', 'arm:1', 'bundle'], { cwd: folder });
  t.regex(await readFile(join(folder, 'bundle/rootfs', META), 'utf8'), /"architecture": "aarch64"/);

  const used = await engine();
  await run('docker', ['-H', used.address, 'load', '-i', join(folder, 'carrier.tar')]);
  for (const merged of ['relative', 'absolute', undefined] as const) {
    const image = await buildImage(
      used,
      'from-carrier',
      'FROM scratch\nADD base.tar /\nCOPY --from=s6ts-test/carrier:1-amd64 / /\nENTRYPOINT ["/init"]\n',
      { '/base.tar': tarOf(busyboxRoot(merged === undefined ? {} : { merged })) },
    );
    const cmd = ['sh', '-c', 'readlink /bin; s6-overlay-version >/dev/null && s6-echo up; exit 3'];
    const ended = await runContainer({ image, cmd });
    t.is(ended.exitCode, 3, ended.transcript);
    const links = { relative: 'usr/bin\n', absolute: '/usr/bin\n' };
    t.is(ended.stdout, `${merged === undefined ? '' : links[merged]}up\n`);
  }
});

test('tarballs that a folder lacks are named all at once', async (t) => {
  const folder = await temporaryFolder(t);
  const release = await releaseIn(folder);
  const result = await s6ts(['carrier', '--release', release, '-o', 'carrier.tar'], { HOME: folder }, folder);
  t.is(result.code, 2);
  t.regex(result.stderr, /there is no overlay for x86, armhf: cannot read .*s6-overlay-x86\.tar\.gz/);
  t.regex(result.stderr, /→ s6ts build-release makes it.*--arch/);
  const all = ['carrier', '--arch', 'all', '--release', release, '-o', 'carrier.tar'];
  const { stderr } = await s6ts(all, { HOME: folder }, folder);
  t.regex(stderr, /there is no overlay for x86, armhf, riscv64, ppc64le, s390x: /);
});
