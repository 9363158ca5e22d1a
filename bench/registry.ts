/**
 * `s6ts inject docker://…` on Debian's docker-registry beside the same requests with the same bodies, as a proxy has seen
 * them, made by curl one after the other; on this machine, and with 20 ms to the registry, as to one in the
 * same region. Beside that, for comparison, only those without which there is no image: no look at what is there, nor
 * for a signature. The base has 80 MB; its headers are in the cache, as for a second image on it. The proxy counts what is
 * sent, too. Needs root and Debian's docker-registry, umoci, skopeo and curl.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRegistry } from '../test/harness/registry.js';
import { viaRegistryProxy, type Seen } from '../test/harness/registry-proxy.js';
import { interleave, overlayTarball, report, scratch } from './harness.js';
import { manifestOf, pushBase } from './registry-images.js';
import { replay, type Bodies } from './replay.js';
import { CLI } from './run-s6ts.js';

/** How long a request and its answer take on the way, altogether; curl pays it for each request. */
const WAY_MS = 20;
/** What the recorded run writes to. */
const COUNTED = 'counted';

const { folder, remove } = scratch();
const registry = await startRegistry();
const closing: (() => unknown)[] = [];
const context = { teardown: (end: () => unknown): void => void closing.push(end) };
try {
  const overlay = overlayTarball(join(folder, 'release'));
  pushBase(registry.host, folder);
  await inject(registry.host, 'warm', overlay);
  const proxy = await viaRegistryProxy(context, registry.host);
  await inject(proxy.host, COUNTED, overlay);
  const sent = proxy.bytesSent();
  const { bodies, text, size: least } = await writtenBy();
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
  const faraway = await viaRegistryProxy(context, registry.host, () => ({ kind: 'late', ms: WAY_MS }));
  const needed = proxy.seen.filter(({ line }) => !line.startsWith('HEAD') && !line.endsWith('.sig'));
  process.stdout.write(`\nrequests of an inject: ${proxy.seen.length}, ${needed.length} of them needed\n`);
  let run = 0;
  const byCurl = (host: string, seen: readonly Seen[]) => async (): Promise<number> => {
    const repository = `curl-${++run}`;
    const ms = await timed(() => replay(seen, bodies, host, { seenIn: COUNTED, repository }));
    if ((await manifestOf(registry.host, repository)).text === text) return ms;
    throw new Error('what curl has sent is not the image');
  };
  for (const { name, host } of [
    { name: 'inject in a registry', host: registry.host },
    { name: `inject in a registry that is ${WAY_MS} ms away`, host: faraway.host },
  ]) {
    const series = await interleave(
      new Map([
        ['the same requests by curl', byCurl(host, proxy.seen)],
        ['the needed requests by curl', byCurl(host, needed)],
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

async function timed(work: () => Promise<void>): Promise<number> {
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

/** What the recorded run has sent: the new layer, the config, the manifest; `size` is the sum of their bytes. */
async function writtenBy(): Promise<{
  readonly bodies: Bodies;
  readonly text: string;
  readonly size: number;
}> {
  const { text, manifest: made } = await manifestOf(registry.host, COUNTED);
  const layer = made.layers.at(-1);
  if (layer === undefined) throw new Error('the image has no layer');
  const bodies = new Map([['1', join(folder, 'manifest')]]);
  writeFileSync(join(folder, 'manifest'), text);
  for (const { digest } of [layer, made.config]) {
    const file = join(folder, digest.replace(':', '-'));
    const answer = await fetch(`http://${registry.host}/v2/${COUNTED}/blobs/${digest}`);
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    bodies.set(digest, file);
  }
  return { bodies, text, size: layer.size + made.config.size + Buffer.byteLength(text) };
}
