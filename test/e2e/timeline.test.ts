import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { TIMELINE } from '../../src/image/timeline.js';
import { runContainer, withContainer, type Box } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { jsonOf, s6ts } from '../harness/s6ts.js';
import { overlaidBusybox } from './overlaid-busybox.js';

/** The fields of a line: what RUNTIME says ("Observability"), and nothing else. */
const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  ns: (value) => Number.isSafeInteger(value) && Number(value) > 0,
  stage: (value) => typeof value === 'string' && /^[a-z0-9.-]+$/.test(value),
  event: (value) => typeof value === 'string' && /^[a-z]+$/.test(value),
  name: (value) => typeof value === 'string' && value !== '',
  pid: (value) => Number.isInteger(value) && Number(value) > 0,
  code: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255,
};

/** Every line as an object, each field judged; `"STAGE EVENT NAME CODE"` of all. */
async function timelineOf(t: ExecutionContext, box: Box): Promise<string[]> {
  const text = await box.text(TIMELINE);
  t.true(text.endsWith('\n'));
  t.notRegex(text, /[^\n\x20-\x7e]/);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const entry = JSON.parse(line) as Record<string, unknown>;
      t.true('ns' in entry && 'stage' in entry && 'event' in entry, line);
      for (const [key, value] of Object.entries(entry)) t.true(FIELDS[key]?.(value), `${key} in ${line}`);
      return [entry['stage'], entry['event'], entry['name'], entry['code']]
        .filter((part) => typeof part === 'string' || typeof part === 'number')
        .join(' ');
    });
}

test('a whole life: each script, service and stage, the stop too, with their codes', async (t) => {
  const options = {
    image: await overlaidBusybox(),
    env: { S6_CMD_WAIT_FOR_SERVICES: '1', S6_STAGE2_HOOK: 'true' },
    cmd: ['sh', '-c', 'exit 3'],
    files: {
      '/etc/fix-attrs.d/01': '/tmp false root 1777 1777\n',
      '/etc/cont-init.d/02': '#!/bin/sh\nexit 4\n',
      '/etc/services.d/up/run': '#!/bin/sh\nexec sleep 1000\n',
      '/etc/services.d/ready/run': '#!/bin/sh\necho >&3; exec sleep 1000\n',
      '/etc/services.d/ready/notification-fd': '3\n',
      '/etc/cont-finish.d/05': '#!/bin/sh\nexit 6\n',
    },
  };
  await runContainer(options, async (box) => {
    const lines = await timelineOf(t, box);
    const inOrder = [
      'init start',
      'stage2 start',
      'init start S6_STAGE2_HOOK',
      'init end S6_STAGE2_HOOK 0',
      'fix-attrs.d start 01',
      'fix-attrs.d end 01 0',
      'cont-init.d start 02',
      'cont-init.d end 02 4',
      'services start ready',
      'services start up',
      'cmd start sh',
      'cmd end sh 3',
      'stage3 start',
      'cont-finish.d start 05',
      'cont-finish.d end 05 6',
      'stage3 sweep',
      'init end 3',
    ];
    t.deepEqual(
      lines.filter((line) => inOrder.includes(line)),
      inOrder,
    );
    for (const line of ['services ready ready', 'services up up', 'services end up', 'svscan ready'])
      t.true(lines.includes(line), `${line} in\n${lines.join('\n')}`);
  });
});

test('without anything to do before the services there is no stage 2', async (t) => {
  await runContainer({ image: await overlaidBusybox(), cmd: ['true'] }, async (box) => {
    const lines = await timelineOf(t, box);
    t.true(lines.includes('cmd start true'));
    t.deepEqual(
      lines.filter((line) => line.startsWith('stage2')),
      [],
    );
  });
});

test('names with quotes, backslashes, line ends and bytes that are no UTF-8 stay JSON, and one line each', async (t) => {
  const odd = 'a "b"\\c\nd\te';
  const make = (path: string): string =>
    `printf '#!/bin/sh\\n' >"$(printf '${path}')"; chmod 755 /etc/cont-*.d/*`;
  const options = {
    image: await overlaidBusybox(),
    env: { S6_STAGE2_HOOK: make('/etc/cont-init.d/h\\377\\303\\274') },
    cmd: ['./odd "cmd"\n'],
    workdir: '/tmp',
    files: {
      [`/etc/cont-init.d/${odd}`]: '#!/bin/sh\n',
      [`/etc/fix-attrs.d/${odd}`]: '',
      '/etc/cont-init.d/z': `#!/bin/sh\n${make('/etc/cont-finish.d/f\\377')}\n`,
      '/tmp/odd "cmd"\n': '#!/bin/sh\nexit 7\n',
    },
  };
  const ended = await runContainer(options, async (box) => {
    const lines = await timelineOf(t, box);
    for (const line of [
      `fix-attrs.d end ${odd} 0`,
      `cont-init.d end ${odd} 0`,
      // Made by the hook, and run all the same.
      'cont-init.d end h\u00ff\u00c3\u00bc 0',
      'cmd end ./odd "cmd"\n 7',
      'cont-finish.d end f\u00ff 0',
    ])
      t.true(lines.includes(line), `${JSON.stringify(line)} in\n${lines.join('\n')}`);
  });
  t.is(ended.exitCode, 7, ended.transcript);
});

test('a second start writes a timeline of its own', async (t) => {
  await withContainer({ image: await overlaidBusybox(), cmd: ['true'] }, async (box) => {
    await box.end();
    await box.container.start();
    await box.container.wait();
    const lines = await timelineOf(t, box);
    t.is(lines.filter((line) => line === 'init start').length, 1);
    t.is(lines.at(-1), 'init end 0');
  });
});

test('s6ts boot-chart draws a container: ended, or running with its timeline on a tmpfs; a file and stdin give the same', async (t) => {
  const image = await overlaidBusybox();
  const env = { DOCKER_HOST: (await engine()).address };
  const files = { '/etc/cont-init.d/00-slow': '#!/bin/sh\nexit 5\n' };
  await withContainer({ image, cmd: ['sh', '-c', 'exit 3'], files }, async (box) => {
    await box.end();
    const chart = await s6ts(['boot-chart', box.container.id], env);
    t.is(chart.code, 0, chart.stderr);
    t.regex(chart.stdout, /^start: .* ms\n(?:.*\n)*cont-init\.d 00-slow +#+ .*exit code 5\n/);
    t.regex(chart.stdout, /\n\nstop: .* ms\nCMD sh +#.*exit code 3\n(?:.*\n)*\n.* in all, exit code 3\n$/);
    t.like(jsonOf(await s6ts(['boot-chart', box.container.id, '--json'], env)), { code: 3 });
    const timeline = await box.text(TIMELINE);
    const folder = await mkdtemp(join(tmpdir(), 's6ts-timeline-'));
    t.teardown(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'timeline'), timeline);
    t.deepEqual(await s6ts(['boot-chart', 'timeline'], {}, folder), chart);
    t.deepEqual(await s6ts(['boot-chart', '-'], {}, folder, timeline), chart);
    const cut = await s6ts(['boot-chart', '-'], {}, folder, timeline.replace('"ns"', '"at"'));
    t.is(cut.code, 2);
    t.regex(cut.stderr, /stdin is no timeline: line 1: ns is no time\n/);
  });
  await withContainer({ image, readOnly: true, cmd: ['sleep', '1000'] }, async (box) => {
    await box.says('[services.d] done.');
    const chart = await s6ts(['boot-chart', box.container.id], env);
    t.regex(chart.stdout, /CMD sleep .*\n\n.* in all, no end yet/, chart.stderr);
  });
});

test('s6ts boot-chart says what it can’t find', async (t) => {
  const env = { DOCKER_HOST: (await engine()).address };
  const missing = await s6ts(['boot-chart', 'no-such-container'], env);
  t.is(missing.code, 2);
  t.regex(missing.stderr, /no file no-such-container, and no container of that name\n.*docker ps -a/);
  t.regex((await s6ts(['boot-chart', './no-such-file'])).stderr, /cannot read \.\/no-such-file/);
  await withContainer({ image: await overlaidBusybox(), entrypoint: ['true'] }, async (box) => {
    await box.end();
    const none = await s6ts(['boot-chart', box.container.id], env);
    t.is(none.code, 2);
    t.regex(none.stderr, /has no \/run\/s6\/timeline\n/);
  });
});
