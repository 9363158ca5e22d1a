import test from 'ava';
import { withContainer } from '../harness/container.js';
import { overlaidBusybox } from '../e2e/overlaid-busybox.js';
import { record, sized } from './sizes.js';
import { allUp, count, killSupervisors, NAMES, services } from './supervisors.js';

/** Two instances of one service at a time would be said: each keeps the lock. */
const RUN = `#!/bin/sh
name=$(basename "$PWD")
exec s6-setlock -n "/var/$name" sh -c "echo 'up $name'; exec sleep 1000"\n`;
test('every s6-supervise killed with -9 comes back, and its service is up under it; a stop ends all', async (t) => {
  const rounds = sized(2, 20);
  await withContainer(
    { image: await overlaidBusybox(), files: services(RUN), limitMs: 300_000 },
    async (box) => {
      await box.says(/(up s[^]*){5}/);
      for (let round = 0; round < rounds; round += 1) {
        await killSupervisors(box);
        await box.until('all services are up again', () => allUp(box));
      }
      await box.signal('TERM');
      const ended = await box.end();
      t.is(ended.exitCode, 0, ended.transcript);
      t.notRegex(ended.transcript, /s6-setlock: fatal/);
      await record(t, 's6-supervise killed', rounds * NAMES.length);
    },
  );
});

test('s6-supervise killed with -9: what is left of its service ends first, a deaf one by KILL, a logger without losing a line', async (t) => {
  const files = {
    '/etc/services.d/polite/run':
      '#!/bin/sh\ntrap "echo told; sleep 0.3; echo bye; exit" TERM\necho start; while :; do sleep 0.1; done\n',
    '/etc/services.d/deaf/run': '#!/bin/sh\ntrap "" TERM\necho deaf $$; while :; do sleep 0.1; done\n',
    '/etc/services.d/deaf/timeout-kill': '200\n',
    '/etc/services.d/locked/run': '#!/bin/sh\necho locked $$; exec sleep 1000\n',
    '/etc/services.d/locked/lock-fd': '9\n',
    '/etc/services.d/logged/run': '#!/bin/sh\nn=0; while n=$((n + 1)); do echo "line $n"; sleep 0.02; done\n',
    '/etc/services.d/logged/log/run': '#!/bin/sh\nexec logutil-service /var/log/logged\n',
    // As runit's svlogd: HUP is "reopen your files" to it.
    '/etc/services.d/deaf/log/run': '#!/bin/sh\ntrap "" HUP\necho "reopens $$" >&2\nexec cat\n',
  };
  await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
    const lines = async (): Promise<number[]> => {
      const { stdout } = await box.exec(['cat', '/var/log/logged/current']);
      return [...stdout.matchAll(/ line (\d+)$/gm)].map(([, number]) => Number(number));
    };
    for (const word of ['start', 'deaf', 'locked', 'reopens']) await box.says(word);
    await box.until('the logger writes', async () => (await lines()).length > 1);
    const logger = (await box.exec(['pidof', 's6-log'])).stdout;
    await killSupervisors(box);
    await box.says(/told\n[^]*bye\n[^]*start\n/);
    await box.says(/(deaf \d+\n[^]*){2}/);
    await box.says(/(locked \d+\n[^]*){2}/);
    await box.says(/(reopens \d+\n[^]*){2}/);
    await box.until('there is one logger, a new one', async () =>
      /^\d+\n$/.test((await box.exec(['pidof', 's6-log'])).stdout.replace(logger, 'the old one')),
    );
    const before = (await lines()).length;
    await box.until('it writes', async () => (await lines()).length > before);
    const numbers = await lines();
    t.deepEqual(
      numbers.filter((number, index) => number !== 1 && number !== (numbers[index - 1] ?? 0) + 1),
      [],
      numbers.join(' '),
    );
    await box.signal('TERM');
    const ended = await box.end();
    t.is(ended.exitCode, 0, ended.transcript);
    t.regex(
      ended.stderr,
      /^s6-supervise: warning: deaf: its s6-supervise was killed: process \d+ ends before the next starts$/m,
    );
  });
});

test('s6-svscan killed with -9: the container stops in order, with 111', async (t) => {
  const files = {
    ...services('#!/bin/sh\ntrap "echo told; exit 0" TERM\necho up; while :; do sleep 0.1; done\n'),
    '/etc/cont-finish.d/00': '#!/bin/sh\necho finish\n',
  };
  await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
    await box.says(/(up\n[^]*){5}/);
    await box.exec(['sh', '-c', 'kill -9 $(pidof s6-svscan)']);
    const ended = await box.end();
    t.is(ended.exitCode, 111, ended.transcript);
    t.is(ended.stdout, `${'up\n'.repeat(5)}${'told\n'.repeat(5)}finish\n`);
    t.regex(
      ended.stderr,
      /s6-svscan has ended by itself \(137\): the container stops\n[^]*\[cont-finish\.d\] done\.\n/,
    );
  });
});

test('s6-svscan killed with -9 during cont-init.d: the same', async (t) => {
  const files = {
    ...services(RUN),
    '/etc/cont-init.d/00':
      '#!/bin/sh\nuntil kill -9 $(pidof s6-svscan) 2>/dev/null; do sleep 0.01; done\nexec sleep 1000\n',
    '/etc/cont-finish.d/00': '#!/bin/sh\necho finish\n',
  };
  const options = { image: await overlaidBusybox(), files, cmd: ['echo', 'CMD'] };
  await withContainer(options, async (box) => {
    const ended = await box.end();
    t.deepEqual([ended.exitCode, ended.stdout], [111, 'finish\n'], ended.transcript);
  });
});

test('200 services start, and all are told to stop: no wait runs out', async (t) => {
  const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
  const files = {
    ...Object.fromEntries(
      names.map((name) => [
        `/etc/services.d/${name}/run`,
        `#!/bin/sh\ntrap ': >/var/told/${name}; exit 0' TERM\n: >/var/up/${name}\nsleep 1000 & wait\n`,
      ]),
    ),
    '/var/told': { folder: 0o755 },
    '/var/up': { folder: 0o755 },
  };
  // A wait that runs out would outlast the container's limit.
  const env = { S6_SERVICES_GRACETIME: '600000', S6_KILL_GRACETIME: '600000' };
  await withContainer({ image: await overlaidBusybox(), env, files, limitMs: 120_000 }, async (box) => {
    const inFolder = async (path: string): Promise<number> => (await box.read(path)).size - 1;
    await box.until('all are up', async () => (await inFolder('/var/up')) === 200, 60_000);
    const from = performance.now();
    await box.signal('TERM');
    const ended = await box.end();
    t.is(ended.exitCode, 0, ended.transcript);
    await record(t, 'ms from TERM to the end', Math.round(performance.now() - from));
    t.is(await inFolder('/var/told'), 200);
    t.notRegex(ended.stderr, /has not stopped in time/);
  });
});

test('1001 services: more than s6-svscan takes unless told are all supervised', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 1001 }, (_, index) => `/etc/services.d/s${index}`).flatMap((path) => [
      [`${path}/run`, '#!/bin/sh\nexec sleep 1000\n'],
      [`${path}/down`, ''],
    ]),
  );
  await withContainer({ image: await overlaidBusybox(), files, limitMs: 240_000 }, async (box) => {
    await box.until('all are', async () => (await count(box, /^s6-supervise /)) === 1001, 180_000);
    await box.signal('TERM');
    t.is((await box.end()).exitCode, 0);
  });
});
