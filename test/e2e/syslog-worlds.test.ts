import test from 'ava';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { runContainer, withContainer, type ContainerOptions } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { logged, syslogImage } from '../harness/syslog.js';

const LOG = ['sh', '-c', 'logger -t tag hello; echo CMD $?'];
const image = async (): Promise<string> => syslogImage(await engine());
const start = async (options: Omit<ContainerOptions, 'image'>) =>
  runContainer({ image: await image(), ...options });

test('without root: the boot goes on, why /dev/log is missing is said once, UDP works', async (t) => {
  const ended = await start({ user: '12345:54321', cmd: ['sh', '-c', 'ls /dev/log; echo CMD'] });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'CMD\n'], ended.transcript);
  t.is(ended.stderr.match(/unable to make \/dev\/log: Permission denied/g)?.length, 1, ended.stderr);
  t.regex(ended.stderr, /S6_CMD_USER.*SYSLOG_UDP=1/);
  const udp = ['sh', '-c', 'printf "<14>by UDP" | flood send'];
  const { stdout } = await start({ user: '12345:54321', env: { SYSLOG_UDP: '1' }, cmd: udp, loopback: true });
  // It can't write below /var/log: the message goes to stdout.
  t.regex(stdout, /user\.info: by UDP\n/);
});

test('a read-only root: /dev/log is there, messages go to stdout, or to a tmpfs on /var/log', async (t) => {
  const { exitCode, stdout, stderr } = await start({ readOnly: true, cmd: LOG });
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /user\.notice: .*tag: hello\n/);
  t.is(stderr.match(/Read-only file system/g)?.length, 1, stderr);
  const kept = ['sh', '-c', 'logger hello; until grep -h hello /var/log/socklog/user/current; do :; done'];
  const writable = await start({ readOnly: true, tmpfs: { '/var/log': '' }, cmd: kept });
  t.regex(writable.stdout, /user\.notice: .*hello\n/, writable.transcript);
});

test('root without capabilities logs as it is, and says so', async (t) => {
  const options = { image: await image(), host: { CapDrop: ['ALL'] }, cmd: LOG };
  await withContainer(options, async (box) => {
    const ended = await box.end();
    t.is(ended.exitCode, 0, ended.transcript);
    t.is(ended.stderr.match(/not permitted to become the log user/g)?.length, 1, ended.stderr);
    t.regex(await logged(box, 'user'), /tag: hello\n/);
  });
});

test('/dev/log of another program is left to it', async (t) => {
  const files = {
    '/etc/cont-init.d/00-another': '#!/bin/sh\nsyslogd -O /tmp/another\nuntil test -S /dev/log; do :; done\n',
  };
  const cmd = ['sh', '-c', 'logger hello; until grep -h hello /tmp/another; do :; done'];
  const ended = await start({ files, cmd });
  t.regex(ended.stdout, /hello\n/, ended.transcript);
  t.regex(ended.stderr, /another program listens at \/dev\/log/);
});

test('docker restart: the socket is made anew', async (t) => {
  const cmd = ['sh', '-c', 'logger "start $(cat /tmp/n)"; echo up; echo x >>/tmp/n; exec sleep 1000'];
  await withContainer({ image: await image(), cmd }, async (box) => {
    await box.says('up');
    await box.container.restart({ t: 10 });
    await box.until('the second start’s message', async () =>
      (await logged(box, 'user')).includes('start x'),
    );
    t.regex(await logged(box, 'user'), /start \n[^]*start x\n/);
  });
});

test('util-linux’s logger, in the host’s own form', async (t) => {
  // Debian's program with its libraries, beside busybox: it is the real one, dynamically linked.
  const libraries = execFileSync('ldd', ['/usr/bin/logger'], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g);
  const files = Object.fromEntries(
    ['/usr/bin/logger', ...[...libraries].map(([, path = '']) => path)].map((path) => [
      path === '/usr/bin/logger' ? '/usr/local/bin/logger' : path,
      { text: readFileSync(path), mode: 0o755 },
    ]),
  );
  const script = [
    '$LOGGER -t tag --id=77 -p daemon.info "by socket"',
    '$LOGGER -n 127.0.0.1 -P 514 -d -t tag -p daemon.info --rfc5424=notq "by 5424"',
    '$LOGGER -n 127.0.0.1 -P 514 -d -t tag -p daemon.info --rfc3164 "by 3164"',
    'until [ $(grep -c by /var/log/socklog/daemon/current) = 3 ]; do :; done',
  ].join('\n');
  // By its path: this busybox's shell prefers its own.
  const env = { SYSLOG_UDP: '1', LOGGER: '/usr/local/bin/logger' };
  await withContainer(
    { image: await image(), files, env, loopback: true, cmd: ['sh', '-c', script] },
    async (box) => {
      const ended = await box.end();
      t.is(ended.exitCode, 0, ended.transcript);
      const log = await logged(box, 'daemon');
      t.regex(log, /daemon\.info: \w{3} [ \d]\d [\d:]{8} tag\[77\]: by socket\n/);
      t.regex(log, /daemon\.info: \d{4}-\d\d-\d\dT\S+ box tag: by 5424\n/);
      t.regex(log, /daemon\.info: \w{3} [ \d]\d [\d:]{8} box tag: by 3164\n/);
    },
  );
});
