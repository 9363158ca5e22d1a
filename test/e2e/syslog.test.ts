import test from 'ava';
import { withContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { floodFaults, logged, syslogImage } from '../harness/syslog.js';

const image = async (): Promise<string> => syslogImage(await engine());
const SERVICE = '/run/service/socklog';

test('50,000 messages of four programs that call syslog(3): none is lost, each program’s in order', async (t) => {
  await withContainer({ image: await image(), cmd: ['flood', '4', '12500'] }, async (box) => {
    t.is((await box.end()).exitCode, 0);
    const log = await logged(box, 'everything');
    t.deepEqual(floodFaults(log, 4, 12500), {});
    t.is(log.match(/user\.info: .*: flood /g)?.length, 50_000);
    t.deepEqual(floodFaults(await logged(box, 'user'), 4, 12500), {});
  });
});

test('listener and writer may restart, or be killed, one after the other: no message is lost', async (t) => {
  const restart = (how: string, wait: string, which: string): string =>
    `s6-svc ${how} -w${wait} -T 10000 ${SERVICE}${which} || echo "${how} ${which} failed"`;
  const script = [
    'flood 2 4000 500 & flood=$!',
    restart('-r', 'R', ''),
    restart('-r', 'r', '/log'),
    restart('-k', 'R', ''),
    restart('-k', 'r', '/log'),
    'wait $flood',
  ].join('\n');
  await withContainer({ image: await image(), cmd: ['sh', '-c', script] }, async (box) => {
    const ended = await box.end();
    t.deepEqual([ended.exitCode, ended.stdout], [0, ''], ended.transcript);
    t.deepEqual(floodFaults(await logged(box, 'everything'), 2, 4000), {});
  });
});

test('a writer that is slow to start: the boot waits for it, and no early message is lost', async (t) => {
  const run = '#!/bin/sh\nsleep 1\nexec /usr/lib/s6/bin/s6-overlay-syslogd write\n';
  const files = { '/usr/lib/s6/syslog/socklog/log/run': { text: run, mode: 0o755 } };
  const cmd = ['sh', '-c', `s6-svc -r -wR -T 10000 ${SERVICE}; logger -p cron.info early`];
  await withContainer({ image: await image(), files, cmd }, async (box) => {
    const ended = await box.end();
    t.is(ended.exitCode, 0, ended.transcript);
    t.regex(await logged(box, 'cron'), /cron\.info: .*early\n/);
  });
});

test('HUP, which ends a logger whose supervisor was killed: the writer hands over all that it holds first', async (t) => {
  // More than the pipe to s6-log has room for.
  const script = [
    'kill -STOP $(pidof s6-log)',
    'flood 1 2000',
    `s6-svc -h ${SERVICE}/log`,
    'kill -CONT $(pidof s6-log)',
    `s6-svwait -u -t 10000 ${SERVICE}/log`,
  ].join('\n');
  await withContainer({ image: await image(), cmd: ['sh', '-c', script] }, async (box) => {
    const ended = await box.end();
    t.is(ended.exitCode, 0, ended.transcript);
    t.deepEqual(floodFaults(await logged(box, 'everything'), 1, 2000), {});
  });
});

test('what is logged last is there: by a service, an orphan and a finish script on a stop, and the stop is quick', async (t) => {
  const files = {
    '/etc/services.d/late/run': '#!/bin/sh\nexec flood 1 300 100 x\n',
    '/etc/cont-finish.d/10': '#!/bin/sh\nlogger -p local3.warn "finish script"\n',
  };
  const cmd = [
    'sh',
    '-c',
    'logger -p cron.info "the CMD"; (trap "logger -p daemon.info orphan; exit" TERM; echo ready; while :; do sleep 0.05; done) &\nexec sleep 1000',
  ];
  await withContainer({ image: await image(), cmd, files }, async (box) => {
    await box.says('ready');
    await box.says('waiting');
    await box.signal('TERM');
    const ended = await box.end();
    t.is(ended.exitCode, 143, ended.transcript);
    t.deepEqual(floodFaults(await logged(box, 'everything'), 1, 300), {});
    t.regex(await logged(box, 'local'), /local3\.warn: .*finish script\n/);
    t.regex(await logged(box, 'daemon'), /daemon\.info: .*orphan\n/);
    t.regex(await logged(box, 'cron'), /cron\.info: .*the CMD\n/);
    t.notRegex(ended.stderr, /warning/);
  });
});

/** logger's arguments, the folders that must have the message, and one that must not. */
const RULES: readonly (readonly [string, readonly string[], string])[] = [
  ['auth.info', ['secure'], 'everything'],
  ['authpriv.err', ['secure', 'errors'], 'messages'],
  ['cron.notice', ['cron', 'everything'], 'messages'],
  ['daemon.warn', ['daemon', 'messages'], 'errors'],
  ['ftp.debug', ['ftp', 'debug'], 'messages'],
  ['local7.crit', ['local', 'errors'], 'user'],
  ['mail.info', ['mail', 'everything'], 'messages'],
  ['news.emerg', ['news', 'errors'], 'debug'],
  ['syslog.alert', ['syslog', 'errors'], 'kernel'],
  ['user.notice', ['user', 'messages'], 'errors'],
];

test('each rule has its messages; a cont-init script finds /dev/log, and so does one’s own rule', async (t) => {
  const send = RULES.map(([priority]) => `logger -p ${priority} -t tag "to ${priority}"`).join('\n');
  const files = {
    '/etc/cont-init.d/10-logs': `#!/bin/sh\nset -e\ntest -S /dev/log\nstat -c %a /dev/log\n${send}\n`,
    '/etc/socklog.rules/mine': '# my own\n-\n+^local7\\.crit: .*tag: to\nT\n/var/log/mine/deep\n',
    '/etc/socklog.rules/nowhere': '+^user\n',
    '/etc/socklog.rules/endless': `${'+^user\n'.repeat(1200)}/var/log/endless\n`,
  };
  // A kernel's message, which no logger sends: raw, with what might forge a line in it. Names of socklog are links.
  const script = [
    'printf "<3>oops\\nkern.info: forged\\0" | flood send',
    'until grep -q forged /var/log/socklog/kern/current; do :; done',
    'for name in auth main; do readlink /var/log/socklog/$name; done',
  ].join('\n');
  const options = {
    image: await image(),
    env: { SYSLOG_UDP: '1' },
    loopback: true,
    files,
    cmd: ['sh', '-c', script],
  };
  await withContainer(options, async (box) => {
    const ended = await box.end();
    t.is(ended.stdout, '666\nsecure\neverything\n', ended.transcript);
    for (const [priority, into, not] of RULES) {
      const line = new RegExp(`^\\S+ \\S+ {2}${priority.replace('.', '\\.')}: .* tag: to ${priority}$`, 'm');
      for (const rule of into) t.regex(await logged(box, rule), line, `${priority} in ${rule}`);
      t.notRegex(await logged(box, not), line, `${priority} not in ${not}`);
    }
    t.regex(await logged(box, 'kernel'), / {2}kern\.err: oops#012kern\.info: forged\n$/);
    const [own] = [...(await box.read('/var/log/mine/deep'))].filter(([name]) => name === 'current');
    t.regex(own?.[1].bytes.toString() ?? '', /local7\.crit: .* tag: to local7\.crit\n$/);
    t.is(own?.[1].uid, 65534);
    // Its messages may come before those of the boot: in any order, but each once.
    t.deepEqual(ended.stderr.match(/(?<=rules\/).*(?=\n)/g)?.sort(), [
      'endless: left out: too many directives',
      'nowhere: left out: its last line must say where to: a folder, 1, 2 or =FILE',
    ]);
  });
});

test('a script that s6-log refuses is said, and everything goes to one folder', async (t) => {
  const files = { '/etc/socklog.rules/broken': '+(\n/var/log/broken\n' };
  const cmd = ['sh', '-c', 'logger still here; exec sleep 1000'];
  await withContainer({ image: await image(), files, cmd }, async (box) => {
    await box.until('the message is written', async () =>
      (await logged(box, 'everything').catch(() => '')).includes('still here'),
    );
    await box.signal('TERM');
    const ended = await box.end();
    t.is(ended.exitCode, 143);
    t.regex(ended.stderr, /s6-log refuses the script/);
    t.regex(await logged(box, 'everything'), /user\.notice: .*still here\n/);
  });
});
