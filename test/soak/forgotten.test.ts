import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { withContainer } from '../harness/container.js';
import { overlaidBusybox } from '../e2e/overlaid-busybox.js';
import { randomOf, sized } from './sizes.js';
import { allUp, count, killSupervisors, NAMES, services, supervised } from './supervisors.js';

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
      for (let attempt = 0; attempt < 10 && !REMINDED.test(box.transcript.text); attempt += 1) {
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
