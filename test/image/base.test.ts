import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { runContainer } from '../harness/container.js';
import { debianRoot } from '../harness/debian-root.js';
import { engine } from '../harness/engine.js';
import { releaseFolder } from '../harness/release.js';
import { busyboxRoot } from '../harness/roots.js';
import { jsonOf, s6ts } from '../harness/s6ts.js';
import { tarOf } from '../harness/tarball.js';
import { temporaryFolder } from './injecting.js';

const run = promisify(execFile);
const SERVICE = {
  '/etc/cont-init.d/one': '#!/usr/bin/with-contenv sh\necho "init $WORD"\n',
  '/etc/services.d/s/run': '#!/bin/sh\nexec sleep 1000\n',
};

test('a root becomes an image in the engine, /init its entrypoint, and boots', async (t) => {
  const folder = await temporaryFolder(t);
  const { address } = await engine();
  await writeFile(join(folder, 'root.tar'), tarOf(busyboxRoot()));
  const args = [
    'base',
    join(folder, 'root.tar'),
    '--tag',
    's6ts-test/base:busybox',
    '--release',
    await releaseFolder(),
  ];
  const made = await s6ts(args, { HOME: folder, DOCKER_HOST: address });
  t.is(made.code, 0, made.stderr);
  t.regex(made.stdout, /s6ts-test\/base:busybox is amd64/);
  const ended = await runContainer({
    image: 's6ts-test/base:busybox',
    files: SERVICE,
    env: { WORD: 'told' },
    cmd: ['sh', '-c', 's6-svstat /run/service/s; exit 3'],
  });
  t.is(ended.exitCode, 3, ended.transcript);
  t.regex(ended.stdout, /init told/);
});

test('an archive is read by skopeo as both kinds, by umoci and by docker load; the same inputs give the same file', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'root.tar'), tarOf(busyboxRoot({ merged: 'absolute' })));
  const release = await releaseFolder();
  const make = async (file: string): Promise<{ image: { id: string } }> => {
    const args = ['base', 'root.tar', '-t', 'example.org/base:1', '-o', file, '-r', release, '--json'];
    const made = await s6ts(args, { HOME: folder }, folder);
    t.is(made.code, 0, made.stdout);
    return jsonOf(made) as { image: { id: string } };
  };
  const { image } = await make('one.tar');
  await make('two.tar');
  await run('cmp', ['one.tar', 'two.tar'], { cwd: folder });
  const inspect = async (reference: string): Promise<string> =>
    (await run('skopeo', ['inspect', '--config', reference], { cwd: folder })).stdout;
  t.is(await inspect('oci-archive:one.tar:1'), await inspect('docker-archive:one.tar:example.org/base:1'));
  await run('skopeo', ['copy', 'oci-archive:one.tar:1', 'oci:layout:1'], { cwd: folder });
  await run('umoci', ['unpack', '--image', 'layout:1', 'bundle'], { cwd: folder });
  const { stdout } = await run('readlink', ['bundle/rootfs/bin', 'bundle/rootfs/command/s6-svc'], {
    cwd: folder,
  });
  t.is(stdout, '/usr/bin\n/usr/lib/s6/bin/s6-svc\n');
  const { address, docker } = await engine();
  await run('docker', ['-H', address, 'load', '-i', join(folder, 'one.tar')]);
  t.is((await docker.getImage('example.org/base:1').inspect()).Id, image.id);
});

test('a Debian base by debootstrap and the recipe in release/base boots', async (t) => {
  const folder = await temporaryFolder(t);
  const { address } = await engine();
  const args = ['base', await debianRoot(), '-t', 's6ts-test/base:debian', '-r', await releaseFolder()];
  const made = await s6ts(args, { HOME: folder, DOCKER_HOST: address });
  t.is(made.code, 0, made.stderr);
  const ended = await runContainer({
    image: 's6ts-test/base:debian',
    files: SERVICE,
    cmd: ['bash', '-c', 'grep -c ^ID=debian /etc/os-release; stat -c %a /tmp; test -L /bin; exit 4'],
  });
  t.deepEqual([ended.exitCode, ended.stdout.includes('1\n1777\n')], [4, true], ended.transcript);
});

test('a root of no known processor asks for --arch, and a bad name is refused before anything is read', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'root.tar'), tarOf({ '/etc/motd': 'hello' }));
  const release = await releaseFolder();
  const make = (...args: string[]): ReturnType<typeof s6ts> =>
    s6ts(['base', 'root.tar', '-o', 'out.tar', '-r', release, ...args], { HOME: folder }, folder);
  const unknown = await make('-t', 'base');
  t.is(unknown.code, 2);
  t.regex(unknown.stderr, /root\.tar holds no program.*\n.*--arch amd64/);
  t.is((await make('-t', 'base', '--arch', 'x86_64')).code, 0);
  const badName = await make('-t', 'Base');
  t.is(badName.code, 2);
  t.regex(badName.stderr, /not the name of an image/);
});
