import { execFile } from 'node:child_process';
import { chmod, mkdir, copyFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { engine } from '../harness/engine.js';
import { imageOf } from '../harness/images.js';
import { releaseTarball } from '../harness/release.js';
import { busyboxRoot } from '../harness/roots.js';
import { jsonOf, S6TS, s6ts } from '../harness/s6ts.js';
import { viaProxy } from './engine-proxy.js';
import { injecting, loadImage, recorded, temporaryFolder } from './injecting.js';

test('the command: plain words, or the whole report as JSON', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'command', busyboxRoot(), [
    'ENTRYPOINT ["tini", "-g", "--", "echo"]',
    'CMD ["hi"]',
  ]);
  const env = { DOCKER_HOST: used.address, XDG_CACHE_HOME: await temporaryFolder(t) };
  const args = ['inject', image, '--release', await releaseTarball()];
  const plain = await s6ts(args, env);
  t.is(plain.code, 0, plain.stderr);
  for (const said of [
    `${image}-s6 is ${image} with s6-overlay`,
    '["tini","-g","--","echo"] → ["/init","echo"]',
    'tini -g -- is dropped',
    'option -g is lost',
    '--entrypoint',
    'Kubernetes command:',
  ]) {
    t.true(plain.stdout.includes(said), `${said}\n${plain.stdout}`);
  }
  t.regex(plain.stderr, /no signature beside/);
  const json = await s6ts([...args, '--json', '--tag', 'command:json', '--keep-init'], env);
  t.is(json.code, 0);
  t.is(json.stderr, '');
  t.like(jsonOf(json), {
    via: 'load',
    target: { name: 'command:json' },
    images: [{ after: { entrypoint: ['/init', 'tini', '-g', '--', 'echo'] } }],
  });
});

test('an image that is not there is said with the nearest names', async (t) => {
  const used = await engine();
  await imageOf(used, 'nearby', busyboxRoot());
  const tag =
    (await used.docker.listImages())
      .flatMap(({ RepoTags }) => RepoTags ?? [])
      .find((name) => name.includes('nearby:')) ?? '';
  const missing = await s6ts(['inject', tag.replace('nearby', 'neraby'), '--json'], {
    DOCKER_HOST: used.address,
  });
  t.is(missing.code, 2);
  t.like(jsonOf(missing), { error: { code: 'image-missing' } });
  t.true(missing.stdout.includes(`did you mean ${tag}`), missing.stdout);
});

test('no engine: which address, who said so, what to do', async (t) => {
  const folder = await temporaryFolder(t);
  const nothing = await s6ts(['inject', 'x'], { DOCKER_HOST: `unix://${folder}/none.sock` });
  t.is(nothing.code, 2);
  t.is(
    nothing.stderr,
    `s6ts: no Docker engine answers at unix://${folder}/none.sock (DOCKER_HOST): no such file or folder\n` +
      '  → start it (`systemctl start docker`), or name another one with DOCKER_HOST or DOCKER_CONTEXT\n',
  );
  const refused = await s6ts(['inject', 'x', '--json'], { DOCKER_HOST: 'tcp://127.0.0.1:1' });
  t.like(jsonOf(refused), { error: { code: 'engine-unreachable' } });
  const odd = await s6ts(['inject', 'x', '--json'], { DOCKER_HOST: 'gopher://x' });
  t.like(jsonOf(odd), { error: { code: 'engine-address' } });
});

test('no permission on the socket', async (t) => {
  const folder = await temporaryFolder(t);
  await chmod(folder, 0o755);
  const socket = join(folder, 'd.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.teardown(() => server.close());
  await chmod(socket, 0o660);
  // As root everything is allowed: another account has to try.
  const env = {
    PATH: process.env['PATH'],
    DOCKER_HOST: `unix://${socket}`,
    HOME: folder,
    XDG_DATA_HOME: '/tmp',
    XDG_CACHE_HOME: '/tmp',
  };
  const tried = promisify(execFile)(process.execPath, [S6TS, 'inject', 'x'], { env, uid: 65534, gid: 65534 });
  const error = await t.throwsAsync<Error & { code?: number; stderr?: string }>(tried);
  t.is(error.code, 2);
  t.regex(error.stderr ?? '', /no permission to use the Docker engine at unix:.*\n.*usermod -aG docker/);
});

test('an image for another architecture or system', async (t) => {
  const used = await engine();
  const config = (architecture: string) => (diffId: string) =>
    JSON.stringify({ os: 'linux', architecture, config: {}, rootfs: { type: 'layers', diff_ids: [diffId] } });
  await loadImage(used, 'foreign:arm64', { '/x': 'x' }, config('arm64'));
  await loadImage(used, 'foreign:mips', { '/x': 'y' }, config('mips'));
  await t.throwsAsync(injecting(t, used, 'foreign:arm64', { release: await releaseTarball() }), {
    code: 'architecture-wrong',
    message: /is for amd64, the image for aarch64/,
  });
  await t.throwsAsync(injecting(t, used, 'foreign:arm64'), {
    code: 'file-missing',
    message: /s6-overlay-aarch64\.tar\.gz/,
  });
  await t.throwsAsync(injecting(t, used, 'foreign:mips'), { code: 'image-platform', message: /is for mips/ });
  const windows = await viaProxy(t, used, {
    rewrite: (path, text) =>
      path.startsWith('/images/') ? text.replace('"Os":"linux"', '"Os":"windows"') : text,
  });
  await t.throwsAsync(injecting(t, windows, 'foreign:arm64'), {
    code: 'image-platform',
    message: /windows image/,
  });
});

test('a release is verified where a signature lies beside it; a bad one is refused', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'signed', busyboxRoot(), ['CMD ["true"]']);
  const folder = await temporaryFolder(t);
  const file = join(folder, 's6-overlay-amd64.tar.gz');
  await copyFile(await releaseTarball(), file);
  const env = { XDG_CONFIG_HOME: join(folder, 'config') };
  await mkdir(join(folder, 'config'));
  t.is(
    (await s6ts(['keygen', '--name', 'Test', '--email', 'test@example.org', '--no-passphrase'], env)).code,
    0,
  );
  t.is((await s6ts(['sign', file], env)).code, 0);
  const key = join(folder, 'config', 's6ts', 'public.asc');
  const good = await injecting(t, used, image, { release: folder, keys: [key] });
  t.is(good.release.signedBy?.userId, 'Test <test@example.org>');
  await t.throwsAsync(injecting(t, used, image, { release: folder }), { code: 'release-signature' });
  const no = await s6ts(['inject', image, '--release', folder], { DOCKER_HOST: used.address, HOME: folder });
  t.deepEqual(
    [no.code, no.stderr.includes('is no proof')],
    [1, true],
    'a bad signature is the "no" of verify, too',
  );
  await writeFile(`${file}.sig`, 'no signature');
  await t.throwsAsync(injecting(t, used, image, { release: file, keys: [key] }), {
    code: 'release-signature',
  });
  const progress = recorded();
  await injecting(t, used, image, { release: await releaseTarball(), progress });
  t.regex(progress.lines.join(), /no signature beside/);
  await t.throwsAsync(injecting(t, used, image, { release: await releaseTarball(), keys: [key] }), {
    code: 'release-signature',
    message: /s6-overlay-amd64\.tar\.gz is refused: no signature is beside it/,
  });
  await writeFile(join(folder, 'other.tar.gz'), 'no gzip');
  await t.throwsAsync(injecting(t, used, image, { release: join(folder, 'other.tar.gz') }), {
    code: 'gzip-malformed',
  });
});

test('an image by its id needs a name for the result', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'by-id', busyboxRoot(), ['CMD ["true"]']);
  const { Id } = await used.docker.getImage(image).inspect();
  for (const id of [Id, Id.replace('sha256:', ''), Id.slice(7, 19)]) {
    await t.throwsAsync(injecting(t, used, id), { code: 'target-needed' }, id);
    t.is((await injecting(t, used, id, { target: 'by-id:named' })).source.id, Id);
  }
  await t.throwsAsync(injecting(t, used, image, { target: Id }), { code: 'reference-invalid' });
});
