import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { startDockerd, clientOf, type Dockerd } from '../harness/dockerd.js';
import type { Engine } from '../harness/engine.js';
import { imageOf } from '../harness/images.js';
import { releaseFolder } from '../harness/release.js';
import { busyboxRoot } from '../harness/roots.js';
import { listTar } from '../harness/tarball.js';
import { S6TS } from '../harness/s6ts.js';
import { viaProxy } from './engine-proxy.js';
import { injecting, recorded, temporaryFolder } from './injecting.js';

/* What an inject leaves in the engine: a second one, where nobody else makes and removes things meanwhile. */
const test = anyTest as TestFn<{ dockerd: Dockerd; engine: Engine; image: string }>;

test.before(async (t) => {
  const dockerd = await startDockerd();
  const engine = { address: dockerd.address, docker: clientOf(dockerd.address) };
  const image = await imageOf(engine, 'clean', busyboxRoot(), [
    'VOLUME /data /run',
    'WORKDIR /new',
    'CMD ["true"]',
  ]);
  await releaseFolder();
  t.context = { dockerd, engine, image };
});

test.after.always(async (t) => {
  await (t.context as Partial<typeof t.context>).dockerd?.stop();
});

/** Everything that an engine holds: names of images (ids of nameless ones), containers and volumes. */
async function holdings({ docker }: Engine): Promise<readonly string[]> {
  const [images, containers, { Volumes }] = await Promise.all([
    docker.listImages(),
    docker.listContainers({ all: true }),
    docker.listVolumes(),
  ]);
  return [
    ...images.flatMap(({ Id, RepoTags }) => RepoTags ?? [Id]),
    ...containers.flatMap(({ Names }) => Names),
    ...Volumes.map(({ Name }) => Name),
  ].sort();
}

/** Mode of a folder of an image, and whether a name of ours is in it. */
async function listed({ docker }: Engine, image: string, path: string): Promise<readonly unknown[]> {
  const mounts = ['/run', '/data'].map((Target) => ({ Type: 'tmpfs' as const, Target, Source: '' }));
  const container = await docker.createContainer({
    Image: image,
    HostConfig: { NetworkMode: 'none', Mounts: mounts },
  });
  const entries = await listTar(await container.getArchive({ path }));
  await container.remove({ v: true });
  return [
    entries.get('s6')?.mode,
    ...[...entries.keys()].map((name) => name.slice(3)).filter((name) => name === 'services'),
  ];
}

for (const via of ['load', 'commit'] as const) {
  test.serial(`by ${via}: one image more, no container, no volume, no nameless image`, async (t) => {
    const { engine, image } = t.context;
    const before = await holdings(engine);
    await injecting(t, engine, image, { via, target: `clean:${via}` });
    t.deepEqual(await holdings(engine), [...before, `clean:${via}`].sort());
    // /run is a VOLUME: what was read and written there is the image's, not a volume's.
    t.deepEqual(await listed(engine, `clean:${via}`, '/run/s6'), [0o777, 'services']);
  });
}

test.serial('what had the name before is said, and kept', async (t) => {
  const { engine, image } = t.context;
  const first = await injecting(t, engine, image, { target: 'clean:replaced' });
  const second = await injecting(t, engine, image, { target: 'clean:replaced', via: 'commit' });
  t.is(second.replaced, first.target.id);
  await engine.docker.getImage(first.target.id).remove();
});

test.serial('an engine that refuses a partial archive gets a commit', async (t) => {
  const { engine, image } = t.context;
  const before = await holdings(engine);
  const refusing = await viaProxy(t, engine, {
    answer: (line) =>
      line.startsWith('POST /images/load')
        ? { status: 500, json: { message: 'layer sha256:0 not found' } }
        : undefined,
  });
  const progress = recorded();
  t.is((await injecting(t, refusing, image, { progress, target: 'clean:refused' })).via, 'commit');
  t.regex(progress.lines.join(), /wants all layers/);
  await t.throwsAsync(injecting(t, refusing, image, { via: 'load' }), {
    code: 'engine-refused',
    message: /layer sha256:0 not found/,
  });
  t.deepEqual(await holdings(engine), [...before, 'clean:refused'].sort());
});

test.serial('an error inside a 200 is an error', async (t) => {
  const { engine, image } = t.context;
  const proxy = await viaProxy(t, engine, {
    answer: (line) =>
      line.startsWith('POST /images/load')
        ? { status: 200, json: { errorDetail: {}, error: 'no space left on device' } }
        : undefined,
  });
  await t.throwsAsync(injecting(t, proxy, image), {
    code: 'engine-refused',
    message: /no space left on device/,
  });
});

/** Cuts the connection at the first request that matches. */
for (const [what, pattern] of [
  ['while a container is made', /^POST \/containers\/create/],
  ['while files are looked at', /^HEAD .*\/archive/],
  ['while the image is loaded', /^POST \/images\/load/],
] as const) {
  test.serial(`a connection that breaks ${what} is said, and nothing stays`, async (t) => {
    const { engine, image } = t.context;
    const before = await holdings(engine);
    const proxy = await viaProxy(t, engine, { before: (line) => !pattern.test(line) });
    const error = await t.throwsAsync(injecting(t, proxy, image), { code: 'engine-lost' });
    t.regex(error.message, /went away in the middle/);
    t.deepEqual(await holdings(engine), before);
  });

  test.serial(`Ctrl-C ${what}: exit code 130, and nothing stays`, async (t) => {
    const { engine, image } = t.context;
    const before = await holdings(engine);
    let interrupt = (): void => undefined;
    const proxy = await viaProxy(t, engine, {
      before: async (line) => {
        // Passed on late: the command is interrupted between its request and the answer.
        if (pattern.test(line)) {
          interrupt();
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
        return true;
      },
    });
    const env = {
      PATH: process.env['PATH'],
      DOCKER_HOST: proxy.address,
      XDG_CACHE_HOME: await temporaryFolder(t),
    };
    const child = spawn(process.execPath, [S6TS, 'inject', image, '--release', await releaseFolder()], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    interrupt = () => void child.kill('SIGINT');
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    t.is(await new Promise((resolve) => child.on('exit', resolve)), 130, stderr);
    t.regex(stderr, /interrupted by SIGINT: cleaning up\n$/);
    t.deepEqual(await holdings(engine), before);
  });
}

test.serial('an engine that is killed half-way is said', async (t) => {
  const dockerd = await startDockerd();
  t.teardown(() => dockerd.stop());
  const engine = { address: dockerd.address, docker: clientOf(dockerd.address) };
  const image = await imageOf(engine, 'killed', busyboxRoot(), ['CMD ["true"]']);
  const pid = Number(await readFile(join(dirname(dockerd.address.replace('unix://', '')), 'pid'), 'utf8'));
  const proxy = await viaProxy(t, engine, {
    before: (line) => {
      if (line.startsWith('POST /images/load')) process.kill(pid, 'SIGKILL');
      return true;
    },
  });
  const error = await t.throwsAsync(injecting(t, proxy, image), { code: 'engine-lost' });
  t.like(error, { what: proxy.address });
});
