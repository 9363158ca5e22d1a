/**
 * `s6ts inject --from` for 100 images of one base in Debian's docker-registry, beside what would be done without it for
 * each: `docker pull`, `docker build` of the seed's Dockerfile, `docker push`. The engine has the base's layers already; s6ts
 * begins each time with an empty cache. A proxy counts how often the base is read. Needs root and Debian's docker.io,
 * docker-registry, umoci and skopeo.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDockerd } from '../test/harness/dockerd.js';
import { startRegistry } from '../test/harness/registry.js';
import { viaRegistryProxy } from '../test/harness/registry-proxy.js';
import { interleave, overlayTarball, report, scratch } from './harness.js';
import { manifestOf, pushBase, pushOnBase } from './registry-images.js';
import { runS6ts, type Run } from './run-s6ts.js';
import { seedContext } from './seed-build.js';

const IMAGES = 100;
/** The slow peer is measured on fewer; both are told as milliseconds an image. */
const BUILT = 2;
const ROUNDS = 15;
const JOBS = 8;

const { folder, remove } = scratch();
const registry = await startRegistry();
const engine = await startDockerd();
const closing: (() => unknown)[] = [];
let fleets = 0;
try {
  const overlay = overlayTarball(join(folder, 'release'));
  pushBase(registry.host, folder);

  const proxy = await viaRegistryProxy({ teardown: (end) => void closing.push(end) }, registry.host);
  await inject(proxy.host, await fleet(IMAGES), overlay);
  const { manifest } = await manifestOf(registry.host, 'base');
  const isRead = ({ line }: { readonly line: string }): boolean =>
    line.startsWith('GET') && manifest.layers.some(({ digest }) => line.includes(digest));
  report(
    `reads of the base by ${IMAGES} images on it`,
    'requests',
    'its layers',
    [
      { name: 'its layers', samples: [manifest.layers.length] },
      { name: 's6ts inject --from', samples: [proxy.seen.filter(isRead).length] },
    ],
    [{ of: 's6ts inject --from', peer: 'its layers', limit: 1, at: 'most' }],
  );

  const peaks: number[] = [];
  const series = await interleave(
    new Map([
      [
        's6ts inject --from',
        async () => {
          const images = await fleet(IMAGES);
          const { ms, peak } = await inject(registry.host, images, overlay);
          peaks.push(peak);
          return ms / IMAGES;
        },
      ],
      [
        'docker pull, build, push of each',
        async () => {
          const images = await fleet(BUILT);
          const start = performance.now();
          for (const image of images) rebuild(`${registry.host}/${image}`, overlay);
          return (performance.now() - start) / BUILT;
        },
      ],
    ]),
    ROUNDS,
  );
  report(`inject into a fleet of ${IMAGES}`, 'ms an image', 's6ts inject --from', series, [
    { of: 'docker pull, build, push of each', peer: 's6ts inject --from', limit: 10, at: 'least' },
  ]);
  report(
    `peak memory for a fleet of ${IMAGES}`,
    'MB',
    's6ts inject --from',
    [{ name: 's6ts inject --from', samples: peaks }],
    [{ of: 's6ts inject --from', limit: 400, at: 'most' }],
  );
} finally {
  for (const close of closing) close();
  await engine.stop();
  await registry.stop();
  remove();
}

/** New images on the base, in the registry: the names of their repositories. */
async function fleet(count: number): Promise<readonly string[]> {
  fleets += 1;
  const names = Array.from({ length: count }, (_, index) => `fleet-${fleets}/app-${index}`);
  await pushOnBase(registry.host, names);
  return names;
}

function inject(host: string, repositories: readonly string[], overlay: string): Promise<Run> {
  const list = join(folder, 'images.txt');
  writeFileSync(list, repositories.map((name) => `docker://${host}/${name}:1\n`).join(''));
  return runS6ts(['inject', '--from', list, '--jobs', String(JOBS), '--release', overlay, '--json'], {
    XDG_CACHE_HOME: join(folder, `cache-${fleets}`),
  });
}

function rebuild(repository: string, overlay: string): void {
  const context = join(folder, 'context');
  const made = `${repository}:1-s6`;
  docker('pull', '-q', `${repository}:1`);
  seedContext(context, `${repository}:1`, overlay);
  docker('build', '--no-cache', '--network=none', '-q', '-t', made, context);
  docker('push', '-q', made);
}

function docker(...args: readonly string[]): void {
  execFileSync('docker', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DOCKER_HOST: engine.address, DOCKER_BUILDKIT: '0' },
  });
}
