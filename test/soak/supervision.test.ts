import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { withContainer, type Box } from '../harness/container.js';
import { overlaidBusybox } from '../e2e/overlaid-busybox.js';
import { randomOf, record, sized } from './sizes.js';

/** Two instances of one service at a time would be said: each keeps the lock. */
const RUN = `#!/bin/sh
name=$(basename "$PWD")
exec s6-setlock -n "/var/$name" sh -c "echo 'up $name'; exec sleep 1000"\n`;
const NAMES = Array.from({ length: 5 }, (_, index) => `s${index}`);
const services = (run: string): Record<string, string> =>
  Object.fromEntries(NAMES.map((name) => [`/etc/services.d/${name}/run`, run]));

/** How many processes have exactly these words. */
async function count(box: Box, args: RegExp): Promise<number> {
  return (await box.processes()).filter((one) => args.test(one.args)).length;
}

const killSupervisors = (box: Box): Promise<unknown> =>
  box.exec(['sh', '-c', 'kill -9 $(pidof s6-supervise)']);

/** Each service is up, and its s6-supervise has noted which process it is. */
async function allUp(box: Box): Promise<boolean> {
  const parents = await box.exec([
    'sh',
    '-c',
    'for s in /run/service/s?; do set -- $(cat /proc/$(s6-svstat -o pid $s)/stat); cat /proc/$4/comm; done',
  ]);
  return parents.stdout === 's6-supervise\n'.repeat(NAMES.length);
}

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

/** In a container's shell: the process that supervises $1; kills it, and waits for the next. */
const RESTART = `
  of() { ps -o pid,args | sed -n "s,^ *\\([0-9]*\\) s6-supervise $1$,\\1,p"; }
  restart() {
    old=$(of $1); kill -9 $old
    while new=$(of $1); [ -z "$new" ] || [ "$new" = "$old" ]; do sleep 0.01; done
  }
  sleep 1.2\n`;
const REMINDED = /^s6-svscan-reminder: warning: b(\/log)? has no supervisor: s6-svscan is reminded of it$/m;

for (const [what, kills] of [
  // b's second since its last start is over 0.4 s after a's: s6-svscan looks then, for a, and not again for b.
  [
    'while another is waited for',
    'restart a; sleep 0.4; restart b; restart b/log; sleep 0.2; kill -9 $(of a) $(of b) $(of b/log)',
  ],
  [
    'when a service is new',
    'restart b; kill -9 $(of b); cp -r /etc/services.d/a /run/service/.n; mv /run/service/.n /run/service/n$$; sleep 0.1; s6-svscanctl -a /run/service',
  ],
  [
    'and again while s6-svscan is reminded of it',
    `restart a; sleep 0.4; restart b; kill -9 $(of a) $(of b); while [ -z "$(of a)" ]; do sleep 0.01; done
    sleep 0.5; kill -9 $(of c); while [ -z "$(of b)" ]; do sleep 0.01; done; kill -9 $(of b)`,
  ],
  [
    'and the one that was waited for is removed',
    `restart a; sleep 0.4; restart b; kill -9 $(of a) $(of b); mv /run/service/a /run/service/.a
    s6-svscanctl -an /run/service; sleep 3; mv /run/service/.a /run/service/a; s6-svscanctl -a /run/service`,
  ],
] as const) {
  const ALL = ['a', 'b', 'b/log', 'c'];
  test(`s6-supervise killed within a second of its start, ${what}: s6-svscan forgets it, and is reminded`, async (t) => {
    const files = {
      '/etc/services.d/a/run': '#!/bin/sh\nexec sleep 1000\n',
      '/etc/services.d/b/run': '#!/bin/sh\nexec sleep 1000\n',
      '/etc/services.d/b/log/run': '#!/bin/sh\nexec cat\n',
      '/etc/services.d/c/run': '#!/bin/sh\nexec sleep 1000\n',
    };
    await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
      await box.until('all are supervised', () => supervised(box, ...ALL));
      // On a machine that is slow just then the kills come too late for s6-svscan to forget one: again.
      for (let attempt = 0; attempt < 5 && !REMINDED.test(box.transcript.text); attempt += 1) {
        const { exitCode, stderr } = await box.exec(['sh', '-c', RESTART + kills]);
        t.is(exitCode, 0, stderr);
        await sleep(2_500);
        await box.until('all are supervised again', () => supervised(box, ...ALL));
      }
      await box.until('the reminder is gone', async () => (await count(box, /s6-svscan-reminder/)) === 0);
      t.false((await box.read('/run/s6/services')).has('s6-svscan-reminder'));
      await box.signal('TERM');
      const ended = await box.end();
      t.is(ended.exitCode, 0, ended.transcript);
      t.regex(ended.stderr, REMINDED);
    });
  });
}

test('one s6-supervise killed: nobody is reminded, and no copy of a service is started', async (t) => {
  const files = { '/etc/services.d/a/run': '#!/bin/sh\necho "up $PWD"; exec sleep 1000\n' };
  await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
    await box.says('up ');
    await box.exec([
      'sh',
      '-c',
      'sleep 1.2; cp -a /run/service/a /run/service/a.bak; kill -9 $(pidof s6-supervise)',
    ]);
    await box.says(/(up [^]*){2}/);
    await box.until('the reminder is asked', async () => {
      const { exitCode } = await box.exec(['test', '-s', '/run/service/.s6-svscan/reminder']);
      return exitCode === 0;
    });
    await sleep(1_500);
    await box.until('it has ended', async () => (await count(box, /s6-svscan-reminder/)) === 0);
    t.is(await count(box, /^s6-supervise /), 1);
    await box.signal('TERM');
    const ended = await box.end();
    t.is(ended.exitCode, 0);
    t.notRegex(ended.transcript, /reminder|a\.bak/);
  });
});

test('200 supervisors killed at once come back, whatever a folder beside them holds', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [
      `/etc/services.d/s${index}/run`,
      '#!/bin/sh\nexec sleep 1000\n',
    ]),
  );
  await withContainer({ image: await overlaidBusybox(), files, limitMs: 120_000 }, async (box) => {
    const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
    await box.until('all are supervised', () => supervised(box, ...names), 60_000);
    // A fifo that nobody writes into holds up who opens it; a folder that nobody supervises is reminded of in vain.
    await box.exec([
      'sh',
      '-c',
      'cd /run/service; mkdir -p x/supervise y/supervise; mkfifo x/supervise/lock; : >y/supervise/lock',
    ]);
    await killSupervisors(box);
    await box.until('all are supervised again', () => supervised(box, ...names), 60_000);
    await box.exec(['sh', '-c', 'rm -r /run/service/[xy]']);
    await box.until(
      'the reminder has ended',
      async () => (await count(box, /s6-svscan-reminder/)) === 0,
      60_000,
    );
    await box.signal('TERM');
    t.is((await box.end()).exitCode, 0);
  });
});

/** A supervisor holds the lock of each. */
async function supervised(box: Box, ...names: readonly string[]): Promise<boolean> {
  const locks = names.map((name) => `/run/service/${name}/supervise/lock`).join(' ');
  const { exitCode } = await box.exec([
    'sh',
    '-c',
    `for lock in ${locks}; do grep -q ":$(stat -c %i $lock) " /proc/locks || exit 1; done`,
  ]);
  return exitCode === 0;
}

test('s6-supervise killed at random: whatever the moments, in the end each service is supervised', async (t) => {
  const random = await randomOf(t);
  const kills = sized(20, 400);
  await withContainer(
    {
      image: await overlaidBusybox(),
      files: services('#!/bin/sh\necho up s; exec sleep 1000\n'),
      limitMs: 600_000,
    },
    async (box) => {
      await box.says(/(up s[^]*){5}/);
      const script = Array.from({ length: kills }, () => {
        const which = NAMES.filter(() => random() < 0.5).join('|');
        return `kill -9 $(ps -o pid,args | sed -En "s/^ *([0-9]+) s6-supervise (${which})$/\\1/p") 2>/dev/null
          sleep ${(random() * 1.2).toFixed(3)}`;
      });
      await box.exec(['sh', '-c', script.join('\n')]);
      await box.until('all services are up again', () => allUp(box));
      await box.signal('TERM');
      const ended = await box.end();
      t.is(ended.exitCode, 0, ended.transcript);
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
