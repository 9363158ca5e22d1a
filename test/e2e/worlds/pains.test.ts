import test from 'ava';
import { runContainer, withContainer } from '../../harness/container.js';
import { overlaidBusybox } from '../overlaid-busybox.js';

/* What users of the original suffer from, line by line, where no other file shows that it is mended. */

const seccomp = (names: readonly string[]): string =>
  `seccomp=${JSON.stringify({
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names, action: 'SCMP_ACT_ERRNO' }],
  })}`;

test('places that refuse fifos: refused with 111, each with its errno, and the cure', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    cmd: ['echo', 'CMD'],
    host: { SecurityOpt: [seccomp(['mknod', 'mknodat'])] },
  });
  t.deepEqual([ended.exitCode, ended.stdout], [111, ''], ended.transcript);
  t.regex(ended.stderr, /unable to make a fifo in \/run\/s6: Operation not permitted/);
  t.regex(ended.stderr, /unable to make a fifo in \/dev\/shm\/s6: Operation not permitted/);
  t.regex(ended.stderr, /--tmpfs \/run\/s6/);
});

test('root without capabilities: a log folder is used, another user’s process does not hold up the stop', async (t) => {
  const options = {
    image: await overlaidBusybox(),
    host: { CapDrop: ['ALL'] },
    env: { S6_KILL_GRACETIME: '300', S6_SERVICES_GRACETIME: '300' },
    files: {
      '/etc/services.d/s/run': '#!/bin/sh\necho logged; exec sleep 1000\n',
      '/etc/services.d/s/log/run': '#!/bin/sh\nexec logutil-service /var/log/s\n',
    },
  };
  await withContainer(options, async (box) => {
    await box.until('the line is in the log', async () => {
      const log = await box.exec(['cat', '/var/log/s/current']);
      return log.stdout.includes('logged');
    });
    const other = box.exec(['sleep', '1000'], { user: '1000' });
    await box.until('it runs', async () => (await box.processes()).some(({ args }) => args === 'sleep 1000'));
    await box.signal('TERM');
    t.is((await box.end()).exitCode, 0);
    await other;
  });
});

for (const tty of [false, true]) {
  test(`a dropped process may open /dev/stdout: ${tty ? 'with' : 'without'} a terminal`, async (t) => {
    const write = 'echo out >/dev/stdout && echo err >/dev/stderr';
    const cmd = ['s6-setuidgid', 'nobody', 'sh', '-c', write];
    const ended = await runContainer({ image: await overlaidBusybox(), tty, cmd });
    t.is(ended.exitCode, 0, ended.transcript);
    t.regex(ended.transcript, /^out\r?$/m);
    t.regex(ended.transcript, /^err\r?$/m);
  });
}

test('S6_GLOBAL_PATH is the PATH of scripts; without it, one that ends 127 is told of with-contenv', async (t) => {
  const options = {
    image: await overlaidBusybox(),
    cmd: ['true'],
    files: {
      '/opt/tool': '#!/bin/sh\necho tool\n',
      '/etc/cont-init.d/00': '#!/bin/sh\nexec tool\n',
    },
  };
  const found = await runContainer({ ...options, env: { S6_GLOBAL_PATH: '/opt:/usr/bin:/bin' } });
  t.is(found.stdout, 'tool\n', found.transcript);
  const missing = await runContainer(options);
  t.is(missing.stdout, '');
  t.regex(missing.stderr, /\[cont-init\.d\] 00: .*with-contenv/);
});

test('s6-permafailon makes an essential service’s crash loop the container’s end', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    files: {
      '/etc/services.d/s/run': '#!/bin/sh\nexit 9\n',
      '/etc/services.d/s/finish': '#!/bin/sh\nexec s6-permafailon 60 2 1-255 true\n',
      '/etc/services.d/s/essential': '',
    },
  });
  t.is(ended.exitCode, 9, ended.transcript);
});

test('services of v3 that nobody starts here are named at boot', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    cmd: ['true'],
    files: {
      '/etc/s6-overlay/s6-rc.d/web/run': '#!/bin/sh\n',
      '/etc/s6-overlay/s6-rc.d/user/contents.d/web': '',
    },
  });
  t.is(ended.exitCode, 0, ended.transcript);
  t.regex(ended.stderr, /warning: the service web of s6-overlay v3 .* is not started/);
});
