import test from 'ava';
import { runContainer } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

test('S6_VERBOSITY 0 and 1: nothing of ours is printed where all is well', async (t) => {
  const image = await overlaidBusybox();
  for (const verbosity of ['0', '1']) {
    const ended = await runContainer({
      image,
      env: { S6_VERBOSITY: verbosity },
      cmd: ['sh', '-c', 'echo out; echo err >&2; exit 4'],
      files: { '/etc/cont-init.d/00': '#!/bin/sh\n', '/etc/cont-finish.d/00': '#!/bin/sh\n' },
    });
    t.deepEqual([ended.exitCode, ended.stdout, ended.stderr], [4, 'out\n', 'err\n']);
  }
});

test('S6_KEEP_ENV: scripts see the container’s environment, and with-contenv changes nothing', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_KEEP_ENV: '1', WHO: 'me' },
    cmd: ['sh', '-c', 'echo "cmd $WHO"'],
    files: {
      '/etc/cont-init.d/00': '#!/bin/sh\necho "plain $WHO"\n',
      '/etc/cont-init.d/01': '#!/usr/bin/with-contenv sh\necho "with $WHO"\n',
    },
  });
  t.is(ended.stdout, 'plain me\nwith me\ncmd me\n', ended.transcript);
});

test('S6_CMD_ARG0 goes before the arguments, a line each', async (t) => {
  const image = await overlaidBusybox();
  const arg0 = { S6_CMD_ARG0: 'sh\n-c\nfor a; do echo "<$a>"; done\nname of it' };
  const ended = await runContainer({ image, env: arg0, cmd: ['a', 'b c', ''] });
  t.is(ended.stdout, '<a>\n<b c>\n<>\n', ended.transcript);
  const alone = await runContainer({ image, env: { S6_CMD_ARG0: 'echo\nalone' } });
  t.deepEqual([alone.exitCode, alone.stdout], [0, 'alone\n'], alone.transcript);
});

test('S6_FIX_ATTRS_HIDDEN takes hidden files in', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_FIX_ATTRS_HIDDEN: '1' },
    cmd: ['stat', '-c', '%a %u', '/data/.hidden'],
    files: {
      '/data/.hidden': { text: '', mode: 0o600 },
      '/etc/fix-attrs.d/00': '/data true nobody 0640 0750\n',
    },
  });
  t.is(ended.stdout, '640 65534\n', ended.transcript);
});

test('waits that add up to more than Docker’s ten seconds are warned of', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_SERVICES_GRACETIME: '9000' },
    cmd: ['true'],
  });
  t.regex(ended.stderr, /warning.*S6_SERVICES_GRACETIME/);
});

test('S6_CMD_USER: the CMD runs as that account, services as root', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_CMD_USER: 'www-data' },
    cmd: ['sh', '-c', 'id -un; while ! [ -e /tmp/service ]; do sleep 0.05; done; cat /tmp/service'],
    files: {
      '/etc/services.d/s/run':
        '#!/bin/sh\nid -un >/tmp/.service; mv /tmp/.service /tmp/service; exec sleep 1000\n',
    },
  });
  t.is(ended.stdout, 'www-data\nroot\n', ended.transcript);
});

test('exit codes of a CMD come through, the odd ones too', async (t) => {
  const image = await overlaidBusybox();
  for (const code of [1, 2, 99, 100, 111, 124, 125, 126, 127, 128, 143, 200, 254, 255]) {
    t.is((await runContainer({ image, cmd: ['sh', '-c', `exit ${code}`] })).exitCode, code);
  }
});
