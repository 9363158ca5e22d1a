import test from 'ava';
import { runContainer, withContainer, type ContainerOptions } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

/** A container that uses most of what /init does. */
const BUSY: Pick<ContainerOptions, 'files' | 'cmd'> = {
  cmd: ['sh', '-c', 'while ! [ -e /dev/shm/up ]; do sleep 0.05; done; echo cmd; exit 3'],
  files: {
    '/etc/cont-init.d/00': '#!/usr/bin/with-contenv sh\necho "init $WHO"\n',
    '/etc/services.d/s/run': '#!/bin/sh\n: >/dev/shm/up; exec sleep 1000\n',
    '/etc/cont-finish.d/00': '#!/bin/sh\necho finish\n',
  },
};

const WORLDS: Readonly<Record<string, Omit<ContainerOptions, 'image'>>> = {
  'read-only root, no tmpfs at all': { readOnly: true },
  'read-only root, noexec /run': { readOnly: true, tmpfs: { '/run': 'noexec' } },
  'read-only root, another uid': { readOnly: true, user: '12345' },
  'read-only root, another uid, a tmpfs on /run/s6': {
    readOnly: true,
    user: '12345',
    tmpfs: { '/run/s6': '' },
  },
  '--user 1000': { user: '1000' },
  '--user 1000:1000, without passwd entry': { user: '1000:1000' },
  'no capabilities': { host: { CapDrop: ['ALL'] } },
  'no new privileges': { host: { SecurityOpt: ['no-new-privileges'] } },
  '--init: not PID 1': { host: { Init: true } },
  'the host’s pids': { host: { PidMode: 'host' } },
  'no /dev/shm of its own': { host: { IpcMode: 'private', ShmSize: 1 << 20 } },
};

for (const [name, options] of Object.entries(WORLDS)) {
  test(`runs: ${name}`, async (t) => {
    const image = await overlaidBusybox();
    const ended = await runContainer({ image, ...BUSY, env: { WHO: 'me' }, ...options });
    t.deepEqual([ended.exitCode, ended.stdout], [3, 'init me\ncmd\nfinish\n'], ended.transcript);
  });
}

test('docker restart, three times, and after a KILL: leftovers do not matter', async (t) => {
  const files = { '/etc/services.d/s/run': '#!/bin/sh\necho up; exec sleep 1000\n' };
  await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
    await box.says('up\n');
    for (let n = 0; n < 3; n += 1) await box.container.restart({ t: 10 });
    await box.signal('KILL');
    await box.container.wait();
    await box.container.start();
    await box.until('the service is up', async () => {
      const asked = await box.exec(['s6-svstat', '-o', 'up', '/run/service/s']);
      return asked.stdout.trim() === 'true';
    });
    await box.container.stop({ t: 10 });
    t.is(((await box.container.inspect()).State as { ExitCode: number }).ExitCode, 0);
  });
});

test('with the host’s pids, a stop leaves a bystander alone', async (t) => {
  const image = await overlaidBusybox();
  await withContainer({ image, entrypoint: ['sleep'], cmd: ['1000'] }, async (bystander) => {
    const ended = await runContainer({
      image,
      cmd: ['sleep', '1000'],
      host: { PidMode: 'host' },
      signals: [{ when: '[services.d] done.', signal: 'TERM' }],
    });
    t.is(ended.exitCode, 143, ended.transcript);
    t.true(((await bystander.container.inspect()).State as { Running: boolean }).Running);
  });
});
