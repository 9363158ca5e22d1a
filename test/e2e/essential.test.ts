import test from 'ava';
import { runContainer, withContainer } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

const service = (run: string, finish?: string): Record<string, string> => ({
  '/etc/services.d/s/essential': '',
  '/etc/services.d/s/run': `#!/bin/sh\n${run}\n`,
  ...(finish === undefined ? {} : { '/etc/services.d/s/finish': `#!/bin/sh\n${finish}\n` }),
});

const SAID = /\[services\.d\] s: essential, ended for good with \d+: the container stops/;

for (const [how, run, code] of [
  ['exit 0', 'exit 0', 0],
  ['exit 9', 'exit 9', 9],
  ['a signal', 'kill -9 $$', 137],
] as const) {
  test(`essential: ${how}, which its finish script calls permanent`, async (t) => {
    const files = service(run, 'exit 125');
    const ended = await runContainer({ image: await overlaidBusybox(), files, cmd: ['sleep', '1000'] });
    t.is(ended.exitCode, code, ended.transcript);
    t.regex(ended.stderr, SAID);
  });
}

test('essential, and nobody waits for the CMD: the code is that of the service, not of the CMD that ends after it', async (t) => {
  const cmd = 'trap "sleep 0.3; exit 5" TERM; : >/tmp/up; while :; do sleep 0.05; done';
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_SERVICES_GRACETIME: '0' },
    files: service('until [ -e /tmp/up ]; do sleep 0.05; done; exit 9', 'exit 125'),
    cmd: ['sh', '-c', cmd],
  });
  t.is(ended.exitCode, 9, ended.transcript);
  t.regex(ended.stderr, /\[cmd\] sh exited 5/);
});

test('essential: an end that is not permanent starts it again', async (t) => {
  const files = service('echo run; exec sleep 1000', 'exit 0');
  await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
    await box.says('run\n');
    await box.exec(['s6-svc', '-k', '/run/service/s']);
    // What /init says may come between them: it goes to the other stream.
    await box.says(/run\n[^]*run\n/);
    t.notRegex(box.transcript.text, SAID);
  });
});

test('essential: taken down by s6-svc -d, or told -O and ended: for good', async (t) => {
  const image = await overlaidBusybox();
  for (const [options, run, code] of [
    ['-d', 'trap "exit 4" TERM; echo up; while :; do sleep 0.05; done', 4],
    ['-Ok', 'echo up; exec sleep 1000', 137],
  ] as const) {
    await withContainer({ image, files: service(run) }, async (box) => {
      await box.says('up\n');
      await box.exec(['s6-svc', options, '/run/service/s']);
      t.is((await box.end()).exitCode, code, `${options}\n${box.transcript.text}`);
      t.regex(box.transcript.text, SAID);
    });
  }
});

test('essential, with a file down: never started, so it has not ended; started by hand it counts', async (t) => {
  const files = { ...service('echo up; exit 3', 'exit 125'), '/etc/services.d/s/down': '' };
  await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
    await box.says('[services.d] done.');
    await box.until(
      'its supervisor',
      async () => (await box.exec(['s6-svok', '/run/service/s'])).exitCode === 0,
    );
    t.is((await box.exec(['s6-svstat', '-o', 'up', '/run/service/s'])).stdout, 'false\n');
    await box.exec(['s6-svc', '-u', '/run/service/s']);
    t.is((await box.end()).exitCode, 3, box.transcript.text);
  });
});
