import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { bootChart } from '../../src/image/boot-chart.js';
import { parseTimeline } from '../../src/image/timeline.js';
import { runContainer, withContainer, type Box } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

const SERVICE = '#!/bin/sh\necho up; exec sleep 1000\n';

/** How long stage 3 took by /init's own clock, in ms. */
async function msOfStage3(box: Box): Promise<number> {
  const events = parseTimeline(await box.text('/run/s6/timeline'), 'its timeline');
  const stop = bootChart(events).phases.find(({ name }) => name === 'stop');
  return stop?.ms ?? NaN;
}

test('a well-behaved container with five services stops without waiting for anything', async (t) => {
  const files = Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`/etc/services.d/s${n}/run`, SERVICE]));
  const signals = [{ when: /(up\n[^]*){5}/, signal: 'TERM' }];
  await runContainer({ image: await overlaidBusybox(), files, signals }, async (box) => {
    // Any wait for nothing would be one of its graces of 3000 ms; bench/stop.ts measures.
    t.true((await msOfStage3(box)) < 3000);
  });
});

for (const signal of ['TERM', 'INT', 'QUIT', 'PWR', 'RTMIN+3']) {
  test(`${signal} stops a container without CMD, with 0`, async (t) => {
    const options = { image: await overlaidBusybox(), files: { '/etc/services.d/s/run': SERVICE } };
    // Docker knows RTMIN+3 by name, PWR too.
    const ended = await runContainer({ ...options, signals: [{ when: 'up\n', signal }] });
    t.is(ended.exitCode, 0, ended.transcript);
    t.regex(ended.stderr, /\[cont-finish\.d\] done\.\n$/);
  });
}

test('a CMD that TERM ends: 143, as under plain Docker with an init', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    cmd: ['sleep', '1000'],
    signals: [{ when: '[services.d] done.', signal: 'TERM' }],
  });
  t.is(ended.exitCode, 143, ended.transcript);
});

test('S6_SERVICES_GRACETIME=0: nobody waits for the CMD, and its end is seen and told all the same', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_SERVICES_GRACETIME: '0' },
    files: { '/etc/services.d/s/run': SERVICE },
    cmd: ['sleep', '1000'],
    signals: [{ when: 'up\n', signal: 'TERM' }],
  });
  t.is(ended.exitCode, 143, ended.transcript);
  t.regex(ended.stderr, /\[cmd\] sleep exited 143: killed by signal 15 \(TERM\)\n/);
});

test('the CMD gets S6_CMD_STOPSIGNAL first', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_CMD_STOPSIGNAL: 'SIGQUIT' },
    cmd: [
      'sh',
      '-c',
      'trap "echo TERM; exit 1" TERM; trap "echo QUIT; exit 6" QUIT; echo up; while :; do sleep 0.1; done',
    ],
    signals: [{ when: 'up\n', signal: 'TERM' }],
  });
  t.deepEqual([ended.exitCode, ended.stdout], [6, 'up\nQUIT\n'], ended.transcript);
});

test('a TERM-deaf CMD and a TERM-deaf service get their grace, then KILL', async (t) => {
  const deaf = 'trap "" TERM; echo up; while :; do sleep 0.1; done';
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_SERVICES_GRACETIME: '300', S6_KILL_GRACETIME: '300' },
    cmd: ['sh', '-c', deaf],
    files: { '/etc/services.d/s/run': `#!/bin/sh\n${deaf}\n` },
    signals: [{ when: /up\n[^]*up\n/, signal: 'TERM' }],
    limitMs: 20_000,
  });
  t.is(ended.exitCode, 137, ended.transcript);
});

const TERM_BIT = 1n << 14n;

/** Sends TERM as soon as PID 1 is /init and blocks TERM, its first act: until then the kernel drops it for any PID 1. */
async function termAtOnce(box: Box): Promise<void> {
  const pid = await box.pid();
  for (;;) {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const [, blocked = '0'] = /^SigBlk:\s*(\w+)$/m.exec(status) ?? [];
    // Under its runtime's name it is still runc, whatever it blocks.
    if (!status.startsWith('Name:\trunc') && (BigInt(`0x${blocked}`) & TERM_BIT) !== 0n) break;
    await sleep(1);
  }
  process.kill(pid, 'SIGTERM');
}

test('a TERM is not lost from the first moment in which PID 1 can get one', async (t) => {
  const image = await overlaidBusybox();
  for (let attempt = 0; attempt < 12; attempt += 1) {
    await withContainer({ image, cmd: ['sleep', '1000'], limitMs: 15_000 }, async (box) => {
      await termAtOnce(box);
      t.true([0, 143].includes((await box.end()).exitCode));
    });
  }
});

test('a TERM during a cont-init script ends it: no service, no CMD, but cont-finish', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    cmd: ['echo', 'CMD'],
    files: {
      '/etc/cont-init.d/00': '#!/bin/sh\necho begun; exec sleep 1000\n',
      '/etc/services.d/s/run': SERVICE,
      '/etc/cont-finish.d/00': '#!/bin/sh\necho finish\n',
    },
    signals: [{ when: 'begun\n', signal: 'TERM' }],
    limitMs: 20_000,
  });
  t.is(ended.stdout, 'begun\nfinish\n', ended.transcript);
  t.regex(
    ended.stderr,
    /^\[init\] the container stops before its services start: what runs of stage 2 gets SIGTERM$/m,
  );
});

test('a cont-init script deaf to the stop is killed after the grace, and that is said', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_SERVICES_GRACETIME: '500' },
    files: { '/etc/cont-init.d/00': '#!/bin/sh\ntrap "" TERM; echo begun; while :; do sleep 0.1; done\n' },
    signals: [{ when: 'begun\n', signal: 'TERM' }],
    limitMs: 20_000,
  });
  t.is(ended.exitCode, 0, ended.transcript);
  t.regex(ended.stderr, /stage 2 has not ended within S6_SERVICES_GRACETIME \(500 ms\): SIGKILL$/m);
});

test('a script sets the code of the container: env-stage3 (v1) and container-results (v3)', async (t) => {
  const image = await overlaidBusybox();
  for (const [path, end] of [
    ['/var/run/s6/env-stage3/S6_STAGE2_EXITED', 's6-svscanctl -t /var/run/s6/services'],
    ['/run/s6-linux-init-container-results/exitcode', '/run/s6/basedir/bin/halt'],
  ] as const) {
    for (const newline of ['', '\\n']) {
      const finish = `#!/bin/sh\nprintf "41${newline}" >${path}\n${end}\n`;
      const files = { '/etc/services.d/s/run': '#!/bin/sh\nexit 1\n', '/etc/services.d/s/finish': finish };
      const ended = await runContainer({ image, files });
      t.is(ended.exitCode, 41, `${path}\n${ended.transcript}`);
      t.notRegex(ended.stderr, /svscanctl|halt:/);
    }
  }
});

test('an orphan that ignores TERM is killed after S6_KILL_GRACETIME', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_KILL_GRACETIME: '200' },
    cmd: ['sh', '-c', '(trap "" TERM; sleep 1000) & exit 3'],
    limitMs: 20_000,
  });
  t.is(ended.exitCode, 3, ended.transcript);
});

test('S6_KILL_FINISH_MAXTIME bounds each finish script', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_KILL_FINISH_MAXTIME: '200' },
    cmd: ['true'],
    files: {
      '/etc/cont-finish.d/00-slow': '#!/bin/sh\nexec sleep 1000\n',
      '/etc/cont-finish.d/10-next': '#!/bin/sh\necho next\n',
    },
    limitMs: 20_000,
  });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'next\n'], ended.transcript);
  t.regex(ended.stderr, /00-slow: exited 99\./);
});
