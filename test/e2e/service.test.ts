import test from 'ava';
import { runContainer, withContainer } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

test('a killed service comes back', async (t) => {
  const files = { '/etc/services.d/s/run': '#!/bin/sh\necho "start $$" >>/tmp/starts; exec sleep 1000\n' };
  await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
    const starts = async (): Promise<string[]> =>
      (await box.exec(['cat', '/tmp/starts'])).stdout.split('\n').filter(Boolean);
    await box.until('the first start', async () => (await starts()).length === 1);
    await box.exec(['s6-svc', '-k', '/run/service/s']);
    await box.until('the second start', async () => (await starts()).length === 2);
    const status = await box.exec(['s6-svstat', '-o', 'up,pid', '/var/run/s6/services/s']);
    t.is(status.stdout.trim(), `true ${(await starts())[1]?.replace('start ', '') ?? ''}`);
  });
});

test('logs rotate: files of the size and the number that S6_LOGGING_SCRIPT says', async (t) => {
  const options = {
    image: await overlaidBusybox(),
    env: { S6_LOGGING_SCRIPT: 'n3 s4096 T' },
    files: {
      '/etc/services.d/s/run':
        '#!/bin/sh\ni=0; while [ $i -lt 600 ]; do echo "line $i of a talkative service"; i=$((i+1)); [ $((i % 20)) -ne 0 ] || sleep 0.05; done; exec sleep 1000\n',
      '/etc/services.d/s/log/run': '#!/bin/sh\nexec logutil-service /var/log/s\n',
    },
  };
  await withContainer(options, async (box) => {
    const logged = async (): Promise<string> => (await box.exec(['sh', '-c', 'cat /var/log/s/*'])).stdout;
    await box.until('the last line is there', async () => (await logged()).includes('line 599 '));
    const entries = [...(await box.read('/var/log/s'))];
    const rotated = entries.filter(([name]) => /^@[0-9a-f]{24}\.[su]$/.test(name));
    t.is(rotated.length, 3, entries.map(([name]) => name).join(' '));
    for (const [name, { bytes, uid }] of rotated) {
      // s6-log looks at the size after what it has read in one go.
      t.true(bytes.length > 1000 && bytes.length < 8192, `${name}: ${bytes.length} bytes`);
      t.is(uid, 65534);
    }
  });
});

test('scripts that can’t be run are told why, and the rest goes on', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    cmd: ['echo', 'CMD'],
    files: {
      '/etc/cont-init.d/10-crlf': '#!/bin/sh\r\necho never\r\n',
      '/etc/cont-init.d/20-interpreter': '#!/usr/bin/python3\nprint()\n',
      '/etc/services.d/crlf/run': '#!/bin/sh\r\necho never\r\n',
      '/etc/services.d/empty/data': '',
    },
  });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'CMD\n'], ended.transcript);
  t.regex(ended.stderr, /10-crlf.*(CR ?LF|carriage return|\\r)/i);
  t.regex(ended.stderr, /20-interpreter.*\/usr\/bin\/python3/);
  t.regex(ended.stderr, /\[services\.d\] crlf: .*(CR ?LF|carriage return|\\r)/i);
  t.regex(ended.stderr, /\[services\.d\] empty: left out.*run/);
});

test('S6_CMD_WAIT_FOR_SERVICES does not wait for a service that is down', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_CMD_WAIT_FOR_SERVICES: '1', S6_CMD_WAIT_FOR_SERVICES_MAXTIME: '20000' },
    cmd: ['echo', 'CMD'],
    files: {
      '/etc/services.d/s/run': '#!/bin/sh\nexec sleep 1000\n',
      '/etc/services.d/down/run': '#!/bin/sh\nexec sleep 1000\n',
      '/etc/services.d/down/down': '',
    },
  });
  t.is(ended.stdout, 'CMD\n');
  t.true(ended.ms < 15_000, ended.transcript);
});

test('a service whose place is taken is left out, not waited for, and leaves nothing; the others start', async (t) => {
  const options = {
    image: await overlaidBusybox(),
    env: { S6_CMD_WAIT_FOR_SERVICES: '1', S6_CMD_WAIT_FOR_SERVICES_MAXTIME: '20000' },
    cmd: ['sh', '-c', 'ls -A /run/service; s6-svstat -o up /run/service/z'],
    files: {
      '/etc/cont-init.d/10-take': '#!/bin/sh\nmkdir -p /run/service/s/mine\n',
      '/etc/services.d/s/run': '#!/bin/sh\nexec sleep 1000\n',
      '/etc/services.d/s/essential': '',
      '/etc/services.d/z/run': '#!/bin/sh\nexec sleep 1000\n',
    },
  };
  const ended = await runContainer(options);
  t.regex(
    ended.stderr,
    /\[services\.d\] s: left out: unable to move its folder into place: Directory not empty/,
  );
  t.is(ended.stdout, '.s6-svscan\ns\nz\ntrue\n', ended.transcript);
  t.true(ended.ms < 15_000, ended.transcript);
});

test('an essential service ends the container with its code', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    files: {
      '/etc/services.d/s/run': '#!/bin/sh\nexit 9\n',
      '/etc/services.d/s/finish': '#!/bin/sh\nexit 125\n',
      '/etc/services.d/s/essential': '',
    },
  });
  t.is(ended.exitCode, 9, ended.transcript);
});

test('what a cont-init script writes into container_environment is seen by the CMD and by later with-contenv', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    cmd: ['sh', '-c', 'echo "cmd $ADDED"'],
    files: {
      '/etc/cont-init.d/00': '#!/bin/sh\nprintf later >/var/run/s6/container_environment/ADDED\n',
      '/etc/cont-init.d/01': '#!/usr/bin/with-contenv sh\necho "script $ADDED"\n',
    },
  });
  t.is(ended.stdout, 'script later\ncmd later\n', ended.transcript);
});

test('a service whose finish script can’t be run is started all the same, and its stop not held up', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    files: {
      '/etc/services.d/s/run': '#!/bin/sh\necho up; exec sleep 1000\n',
      '/etc/services.d/s/finish': { text: 'echo no interpreter\n', mode: 0o755 },
    },
    signals: [{ when: 'up\n', signal: 'TERM' }],
  });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'up\n'], ended.transcript);
  t.regex(ended.stderr, /\[services\.d\] s: .*\/s\/finish has no #! line/);
});
