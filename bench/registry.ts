/**
 * `s6ts inject docker://…` on Debian's docker-registry beside its lower bound: the same requests with the same bodies, sent
 * by curl; on this machine, and with 20 ms to the registry, as to one in the same region. The base has 80 MB; its headers
 * are in the cache, as for a second image on it. A proxy counts what is sent. Needs root and Debian's docker-registry, umoci,
 * skopeo and curl.
 */
import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startRegistry } from '../test/harness/registry.js';
import { viaRegistryProxy } from '../test/harness/registry-proxy.js';
import { interleave, overlayTarball, report, scratch } from './harness.js';
import { manifestOf, pushBase, type Manifest } from './registry-images.js';
import { CLI } from './run-s6ts.js';

/** How long a request and its answer take on the way, altogether; curl pays it for each request. */
const WAY_MS = 20;

const { folder, remove } = scratch();
const registry = await startRegistry();
const closing: (() => unknown)[] = [];
try {
  const overlay = overlayTarball(join(folder, 'release'));
  pushBase(registry.host, folder);
  await inject(registry.host, 'warm', overlay);
  const proxy = await viaRegistryProxy({ teardown: (end) => void closing.push(end) }, registry.host);
  await inject(proxy.host, 'counted', overlay);
  const sent = proxy.bytesSent();
  const bodies = await bodiesOf('counted');
  const least = bodies.reduce((sum, { size }) => sum + size, 0);
  report(
    'bytes sent into a registry',
    'bytes',
    'layer, config and manifest',
    [
      { name: 'layer, config and manifest', samples: [least] },
      { name: 's6ts inject', samples: [sent] },
    ],
    [{ of: 's6ts inject', peer: 'layer, config and manifest', limit: 1.05, at: 'most' }],
  );
  let run = 0;
  const faraway = await viaRegistryProxy(
    { teardown: (end) => void closing.push(end) },
    registry.host,
    () => ({
      kind: 'late',
      ms: WAY_MS,
    }),
  );
  for (const { name, host } of [
    { name: 'inject in a registry', host: registry.host },
    { name: `inject in a registry that is ${WAY_MS} ms away`, host: faraway.host },
  ]) {
    const series = await interleave(
      new Map([
        ['the same requests by curl', () => timed(() => byCurl(host, `curl-${++run}`, bodies))],
        ['s6ts inject', () => timed(() => inject(host, `s6ts-${++run}`, overlay))],
      ]),
    );
    report(name, 'ms', 'the same requests by curl', series, [
      { of: 's6ts inject', peer: 'the same requests by curl', limit: 1.5, at: 'most' },
    ]);
  }
} finally {
  for (const close of closing) close();
  await registry.stop();
  remove();
}

interface Body {
  readonly digest: string;
  readonly size: number;
  readonly file: string;
}

async function timed(work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Into a repository of its own each time, as nothing of it may be there; its layers are taken over from the base's. */
function inject(host: string, repository: string, overlay: string): Promise<void> {
  const words = ['inject', `docker://${host}/base:1`, '--tag', `docker://${host}/${repository}:1`];
  const child = spawn(process.execPath, [CLI, ...words, '--release', overlay, '--json'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
  });
  return new Promise((resolve, reject) => {
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`inject ended with ${code}`))));
  });
}

/** What a run has sent: the new layer, the config, the manifest, in this order. */
async function bodiesOf(repository: string): Promise<readonly Body[]> {
  const { text, manifest: made } = await manifestOf(registry.host, repository);
  const { config, layers } = made;
  const base = `http://${registry.host}/v2/${repository}`;
  const layer = layers.at(-1);
  if (layer === undefined) throw new Error('the image has no layer');
  const blobs = await Promise.all(
    [layer, config].map(async ({ digest, size }) => {
      const file = join(folder, digest.replace(':', '-'));
      writeFileSync(file, Buffer.from(await (await fetch(`${base}/blobs/${digest}`)).arrayBuffer()));
      return { digest, size, file };
    }),
  );
  const manifest = { digest: '1', size: Buffer.byteLength(text), file: join(folder, 'manifest') };
  writeFileSync(manifest.file, text);
  return [...blobs, manifest];
}

/** The requests of an inject: look, take over the base's layer, begin and send each blob, write the tag. */
async function byCurl(registryHost: string, repository: string, bodies: readonly Body[]): Promise<void> {
  const [host, to] = [`http://${registryHost}/v2`, `http://${registryHost}/v2/${repository}`];
  const accept = 'Accept: application/vnd.oci.image.manifest.v1+json';
  const curl = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)('curl', ['--silent', '--fail', ...args])).stdout;
  const manifest = await curl(
    '--header',
    accept,
    `${host}/`,
    '--next',
    '--silent',
    '--header',
    accept,
    `${host}/base/manifests/1`,
  );
  const { config, layers } = JSON.parse(manifest.slice(manifest.indexOf('{"schema'))) as Manifest;
  await curl(`${host}/base/blobs/${config.digest}`);
  for (const { digest } of layers)
    await curl('--request', 'POST', `${to}/blobs/uploads/?mount=${digest}&from=base`);
  for (const { digest, file } of bodies.slice(0, 2)) {
    const begun = await curl('--request', 'POST', '--dump-header', '-', `${to}/blobs/uploads/`);
    const location = /^location: (\S+)/im.exec(begun)?.[1] ?? '';
    const type = ['--header', 'Content-Type: application/octet-stream'];
    await curl('--request', 'PUT', ...type, '--data-binary', `@${file}`, `${location}&digest=${digest}`);
  }
  const type = ['--header', 'Content-Type: application/vnd.oci.image.manifest.v1+json'];
  await curl('--request', 'PUT', ...type, '--data-binary', `@${bodies[2]?.file ?? ''}`, `${to}/manifests/1`);
}
