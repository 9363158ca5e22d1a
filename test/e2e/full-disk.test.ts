import test from 'ava';
import { runContainer, withContainer } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

/** 200 KB in 2000 lines: three times what the pipe to the logger holds. */
const MANY = 'i=0; while [ $i -lt 2000 ]; do printf "line %094d\\n" $i; i=$((i+1)); done';
const FILL = '#!/bin/sh\ncat /dev/zero >/var/log/filler 2>/dev/null\n';
const SAID = /s6-log: warning: unable to write to \/var\/log\/\S+\/current: No space left on device/;

const service = {
  '/etc/services.d/s/run': `#!/bin/sh\n${MANY}; >/tmp/done; exec sleep 1000\n`,
  '/etc/services.d/s/log/run': '#!/bin/sh\nexec logutil-service /var/log/s\n',
};

test('a full disk is said, the service waits, and goes on once there is room: no line is lost', async (t) => {
  const options = {
    image: await overlaidBusybox(),
    files: { ...service, '/etc/cont-init.d/00': FILL },
    tmpfs: { '/var/log': 'size=1m' },
  };
  await withContainer(options, async (box) => {
    await box.says(SAID);
    t.is((await box.exec(['test', '-e', '/tmp/done'])).exitCode, 1, 'it waits in a write');
    await box.exec(['rm', '/var/log/filler']);
    await box.until(
      'the service goes on',
      async () => (await box.exec(['test', '-e', '/tmp/done'])).exitCode === 0,
    );
    let numbers: number[] = [];
    await box.until('the last line', async () => {
      const { stdout } = await box.exec(['cat', '/var/log/s/current']);
      numbers = stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => Number(line.slice(-94)));
      return numbers.at(-1) === 1999;
    });
    t.deepEqual(
      numbers,
      Array.from({ length: 2000 }, (_, n) => n),
    );
  });
});

test('a disk that stays full holds up neither the other services nor the stop', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_KILL_GRACETIME: '300' },
    files: {
      ...service,
      '/etc/cont-init.d/00': FILL,
      '/etc/services.d/other/run': '#!/bin/sh\necho other up; exec sleep 1000\n',
      '/etc/cont-finish.d/00': '#!/bin/sh\necho finish\n',
    },
    tmpfs: { '/var/log': 'size=64k' },
    signals: [{ when: new RegExp(`(?=[^]*other up)(?=[^]*${SAID.source})`), signal: 'TERM' }],
    limitMs: 30_000,
  });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'other up\nfinish\n'], ended.transcript);
});

for (const logging of ['1', '2']) {
  test(`S6_LOGGING=${logging} on a full disk: said on the container’s stderr, the CMD runs, its code comes through`, async (t) => {
    const options = {
      image: await overlaidBusybox(),
      env: { S6_LOGGING: logging, S6_KILL_GRACETIME: '300' },
      cmd: ['sh', '-c', 'echo cmd; while ! [ -e /tmp/go ]; do sleep 0.05; done; exit 5'],
      files: {
        '/etc/cont-init.d/00': FILL,
        '/etc/services.d/s/run': `#!/bin/sh\n${MANY}; exec sleep 1000\n`,
      },
      tmpfs: { '/var/log': 'size=64k' },
      limitMs: 30_000,
    };
    await withContainer(options, async (box) => {
      await box.says(SAID);
      await box.exec(['touch', '/tmp/go']);
      const ended = await box.end();
      t.deepEqual([ended.exitCode, ended.stdout], [5, logging === '1' ? 'cmd\n' : ''], ended.transcript);
    });
  });
}
