import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { runContainer } from '../../harness/container.js';
import { engine, type Engine } from '../../harness/engine.js';
import { imageOf } from '../../harness/images.js';
import { startRegistry } from '../../harness/registry.js';
import { busyboxRoot } from '../../harness/roots.js';
import { injecting, temporaryFolder } from '../injecting.js';

const run = promisify(execFile);

const KINDS = ['docker-daemon', 'docker', 'oci', 'oci-archive', 'docker-archive'] as const;
type Kind = (typeof KINDS)[number];

/** The image of the tests, in an engine. Two layers, the second with a folder's own mode and a whiteout. */
async function original(used: Engine): Promise<string> {
  const files = { ...busyboxRoot({ varRun: 'folder' }), '/etc/gone': 'x', '/etc/motd': 'here' };
  return imageOf(used, 'every-store', files, [
    'RUN ["/bin/busybox", "sh", "-c", "rm /etc/gone; chmod 1775 /etc; chown 3:4 /etc"]',
    'CMD ["sh", "-c", "cat /etc/motd; ls /etc/gone; stat -c \'%a %u:%g\' /etc; exit 3"]',
  ]);
}

/** The same image in a store of each kind: skopeo puts it there. */
async function everywhere(
  t: ExecutionContext,
): Promise<{ used: Engine; folder: string; host: string; at: (kind: Kind) => string }> {
  const used = await engine();
  const registry = await startRegistry();
  t.teardown(() => registry.stop());
  const { host } = registry;
  const image = await original(used);
  const folder = await temporaryFolder(t);
  const places: Record<Kind, string> = {
    'docker-daemon': image,
    docker: `docker://${host}/every:1`,
    oci: `oci:${folder}/layout:1`,
    'oci-archive': `oci-archive:${folder}/oci.tar:1`,
    'docker-archive': `docker-archive:${folder}/docker.tar:every:1`,
  };
  for (const kind of KINDS) {
    if (kind === 'docker-daemon') continue;
    const from = ['--src-daemon-host', used.address, `docker-daemon:${image}`];
    await run('skopeo', ['copy', '-q', '--dest-tls-verify=false', ...from, places[kind]]);
  }
  return { used, folder, host, at: (kind) => places[kind] };
}

test('from every kind of store into every kind: the same layer, and every tool takes the result', async (t) => {
  const { used, folder, host, at } = await everywhere(t);
  const cacheFolder = await temporaryFolder(t);
  const layers = new Set<string>();
  const packed = new Set<string>();
  const inject = async (source: Kind, target: Kind): Promise<void> => {
    const way = `${source}-to-${target}`;
    const places: Record<Kind, string> = {
      'docker-daemon': `docker-daemon:${way}:2`,
      docker: `docker://${host}/${way}:2`,
      oci: `oci:${folder}/${way}:2`,
      'oci-archive': `oci-archive:${folder}/${way}.tar:2`,
      'docker-archive': `docker-archive:${folder}/${way}.tar:${way}:2`,
    };
    const report = await injecting(t, used, at(source), { target: places[target], cacheFolder });
    layers.add(report.layer.diffId);
    if (target === 'oci' || target === 'oci-archive' || target === 'docker') {
      const { stdout } = await run('skopeo', ['inspect', '--raw', '--tls-verify=false', places[target]]);
      packed.add((JSON.parse(stdout) as { layers: { digest: string }[] }).layers.at(-1)?.digest ?? '');
    }
    await t.notThrowsAsync(runs(t, used, { target, place: places[target], way }), way);
  };
  for (const source of KINDS) await Promise.all(KINDS.map((target) => inject(source, target)));
  t.is(layers.size, 1);
  t.is(packed.size, 1);
});

/** Ids of images that have been run: the same image runs alike. */
const ran = new Set<string>();

/** Brings a result into the engine by another tool than ours, and runs it there. */
async function runs(
  t: ExecutionContext,
  used: Engine,
  { target, place, way }: { target: Kind; place: string; way: string },
): Promise<void> {
  const image = `${way}:2`;
  if (target === 'docker-archive') {
    await run('docker', ['-H', used.address, 'load', '-i', place.split(':')[1] ?? '']);
  } else if (target !== 'docker-daemon') {
    const to = ['--dest-daemon-host', used.address, `docker-daemon:${image}`];
    await run('skopeo', ['copy', '-q', '--src-tls-verify=false', place, ...to]);
  }
  const { Id } = await used.docker.getImage(image).inspect();
  if (ran.has(Id)) return;
  ran.add(Id);
  const ended = await runContainer({ image });
  t.deepEqual([ended.exitCode, ended.stdout], [3, 'here1775 3:4\n'], ended.transcript);
}
