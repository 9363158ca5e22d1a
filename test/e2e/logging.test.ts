import test from 'ava';
import { runContainer, withContainer, type Box } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

const STAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} {2}/;
const LOG_RUN = '#!/bin/sh\nexec logutil-service /var/log/s\n';

/** The lines of a logger's current file, without their stamps. */
async function logged(box: Box, folder = '/var/log/s'): Promise<string[]> {
  const text = (await box.exec(['cat', `${folder}/current`])).stdout;
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(STAMP, ''));
}

test('the defaults: stamps, a new file at 1,000,000 bytes, 20 archives and no more', async (t) => {
  // 23 MB in lines of 1000 bytes with their stamp.
  const run = `#!/bin/sh
line=$(head -c 968 /dev/zero | tr '\\0' x)
yes "$line" | head -n 23000; echo last; exec sleep 1000\n`;
  const files = { '/etc/services.d/s/run': run, '/etc/services.d/s/log/run': LOG_RUN };
  // On a tmpfs: s6-log syncs each file to its disk.
  const options = { image: await overlaidBusybox(), files, tmpfs: { '/var/log': 'size=64m' } };
  await withContainer(options, async (box) => {
    await box.until('the last line is there', async () => (await logged(box)).includes('last'), 60_000);
    const list = await box.exec([
      'sh',
      '-c',
      'cd /var/log/s; stat -c "%n %s %U" @*; head -n 1 @*.s | head -n 2',
    ]);
    const [archives, first] = [/^@[0-9a-f]{24}\.s \d+ nobody$/gm, /^(\S+ \S+ {2})x{968}$/m];
    const sizes = (list.stdout.match(archives) ?? []).map((row) => Number(row.split(' ')[1]));
    t.is(sizes.length, 20, list.transcript);
    for (const size of sizes) t.true(size > 990_000 && size < 1_100_000, String(size));
    t.regex(first.exec(list.stdout)?.[1] ?? '', STAMP);
  });
});

test('a missing log folder is made, its parents too: the log user’s, mode 2700', async (t) => {
  const files = {
    '/etc/services.d/s/run': '#!/bin/sh\necho line; exec sleep 1000\n',
    '/etc/services.d/s/log/run': '#!/bin/sh\nexec logutil-service /var/log/deep/er/s/\n',
  };
  await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
    await box.until('its line', async () => (await logged(box, '/var/log/deep/er/s')).includes('line'));
    const made = await box.exec(['stat', '-c', '%a %U', '/var/log/deep', '/var/log/deep/er/s']);
    t.is(made.stdout, '755 root\n2700 nobody\n');
  });
});

for (const how of ['its own logger', 'S6_LOGGING=1', 'S6_LOGGING=2']) {
  test(`the last lines of a stop are in the log: ${how}`, async (t) => {
    const own = how === 'its own logger';
    const last = 'i=0; while [ $i -lt 50 ]; do echo "last $i"; i=$((i+1)); done';
    const files = {
      '/etc/services.d/s/run': `#!/bin/sh\ntrap '${last}; exit 0' TERM\n>/tmp/up; while :; do sleep 0.02; done\n`,
      '/etc/services.d/s/finish': '#!/bin/sh\necho finish\n',
      ...(own ? { '/etc/services.d/s/log/run': LOG_RUN } : {}),
      '/etc/cont-finish.d/00': '#!/bin/sh\necho cont-finish\n',
    };
    const env = own ? {} : { S6_LOGGING: how.slice(-1) };
    const cmd = ['sh', '-c', 'trap "echo cmd-last; exit 0" TERM; while :; do sleep 0.02; done'];
    const folder = own ? '/var/log/s' : '/var/log/s6-uncaught-logs';
    await withContainer({ image: await overlaidBusybox(), env, files, cmd }, async (box) => {
      await box.until('the service', async () => (await box.exec(['test', '-e', '/tmp/up'])).exitCode === 0);
      await box.signal('TERM');
      const ended = await box.end();
      const lines = (await box.text(`${folder}/current`)).split('\n').map((line) => line.replace(STAMP, ''));
      const wanted = [...Array.from({ length: 50 }, (_, n) => `last ${n}`), 'finish'];
      t.deepEqual(
        lines.filter((line) => wanted.includes(line)),
        wanted,
        ended.transcript,
      );
      t.is(lines.includes('cont-finish'), !own, 'cont-finish.d is no service’s');
      t.is(lines.includes('cmd-last'), how === 'S6_LOGGING=2');
      if (how === 'S6_LOGGING=2') t.is(ended.transcript, '', 'absolutely nothing on stdout and stderr');
      else t.true(ended.stdout.includes('cmd-last\n'));
    });
  });
}

test('a logger outlives its producer, and a killed logger comes back with no line lost', async (t) => {
  const run = `#!/bin/sh
[ ! -e /tmp/again ] || exec sleep 1000
>/tmp/again; i=0; while [ $i -lt 150 ]; do echo "line $i"; i=$((i+1)); done
until s6-svwait -u /run/service/s/log 2>/dev/null; do sleep 0.05; done
s6-svc -wr -T 9000 -k /run/service/s/log || echo "not killed: $?" >&2
while [ $i -lt 300 ]; do echo "line $i"; i=$((i+1)); done
exit 0\n`;
  const files = { '/etc/services.d/s/run': run, '/etc/services.d/s/log/run': LOG_RUN };
  await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
    const all = async (): Promise<string[]> =>
      (await box.exec(['sh', '-c', 'cat /var/log/s/@* /var/log/s/current'])).stdout.split('\n');
    await box.until('the last line', async () => (await all()).some((line) => line.endsWith('line 299')));
    const lines = (await all()).map((line) => line.replace(STAMP, '')).filter((line) => line !== '');
    // What the dead logger had read and not yet written is all that can be gone.
    t.deepEqual(
      lines.filter((line) => Number(line.slice(5)) >= 150),
      Array.from({ length: 150 }, (_, n) => `line ${n + 150}`),
    );
    t.notRegex(box.transcript.text, /not killed/);
    const status = await box.exec(['s6-svstat', '-o', 'up', '/run/service/s/log']);
    t.is(status.stdout, 'true\n');
  });
});

test('-f: two loggers on one fifo share its lines, none lost and none twice', async (t) => {
  const files = {
    '/etc/cont-init.d/00': '#!/bin/sh\nlogutil-newfifo -o nobody /var/run/myfifo\n',
    '/etc/services.d/a/run': '#!/bin/sh\nexec logutil-service -f /var/run/myfifo /var/log/a\n',
    '/etc/services.d/b/run': '#!/bin/sh\nexec logutil-service -f /var/run/myfifo /var/log/b\n',
    '/etc/services.d/w/run':
      '#!/bin/sh\nexec 5<>/var/run/myfifo; i=0; while [ $i -lt 200 ]; do echo "$i" >&5; i=$((i+1)); done; exec sleep 1000\n',
  };
  await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
    let lines: string[] = [];
    await box.until('200 lines', async () => {
      lines = [...(await logged(box, '/var/log/a')), ...(await logged(box, '/var/log/b'))];
      return lines.length >= 200;
    });
    t.deepEqual(
      lines.map(Number).sort((a, b) => a - b),
      Array.from({ length: 200 }, (_, n) => n),
    );
  });
});

const SPEAKS = '#!/bin/sh\necho its line; exec sleep 1000\n';

test('a log folder of somebody else’s, and a read-only /var/log: said, and the lines go to stdout', async (t) => {
  const image = await overlaidBusybox();
  const files = { '/etc/services.d/s/run': SPEAKS, '/etc/services.d/s/log/run': LOG_RUN };
  const foreign = { ...files, '/var/log/s': { folder: 0o755 } };
  for (const options of [{ files: foreign }, { files, readOnly: true }]) {
    await withContainer({ image, ...options }, async (box) => {
      await box.says(/logutil-service: warning: unable to .*\/var\/log\/s: .*: the lines go to stdout/);
      await box.says(/^\d{4}-.* its line$/m);
      t.regex(box.transcript.streams().stdout, /its line\n/);
    });
  }
});

test('not root: logs into a folder of its own, else to stdout; S6_LOGGING=1 falls back, 2 stops with 111', async (t) => {
  const image = await overlaidBusybox();
  const own = { '/var/log/s': { folder: 0o755, uid: 1000, gid: 1000 } };
  const files = { '/etc/services.d/s/run': SPEAKS, '/etc/services.d/s/log/run': LOG_RUN };
  await withContainer({ image, user: '1000', files: { ...files, ...own } }, async (box) => {
    await box.until('its line', async () => (await logged(box)).includes('its line'));
  });
  await withContainer({ image, user: '1000', files }, async (box) => {
    await box.says('the lines go to stdout');
    await box.says('its line');
  });
  const one = await runContainer({ image, user: '1000', env: { S6_LOGGING: '1' }, cmd: ['echo', 'CMD'] });
  t.deepEqual([one.exitCode, one.stdout], [0, 'CMD\n']);
  t.regex(one.stderr, /unable to make \/var\/log\/s6-uncaught-logs: .*all output goes to stdout and stderr/);
  const two = await runContainer({ image, user: '1000', env: { S6_LOGGING: '2' }, cmd: ['echo', 'CMD'] });
  t.deepEqual([two.exitCode, two.stdout], [111, '']);
  t.regex(two.stderr, /fatal: unable to make the log folder that S6_LOGGING=2 needs/);
});

test('an S6_LOGGING_SCRIPT that s6-log doesn’t take: said, and the default one is used, by services and by the catch-all', async (t) => {
  const files = {
    '/etc/services.d/s/run': SPEAKS,
    '/etc/services.d/s/log/run': LOG_RUN,
    // More than a fifo holds: without a reader the boot would stand still here.
    '/etc/cont-init.d/00': '#!/bin/sh\nhead -c 200000 /dev/zero | tr "\\0" x\n',
  };
  const options = {
    image: await overlaidBusybox(),
    files,
    env: { S6_LOGGING_SCRIPT: 'n20 bogus T', S6_LOGGING: '2' },
  };
  await withContainer(options, async (box) => {
    await box.says(
      /^s6-log: .*bogus\nrun: warning: \/var\/log\/\S+: s6-log doesn't take S6_LOGGING_SCRIPT: "n20 s1000000 T" is used$/m,
    );
    await box.until('its line', async () => (await logged(box)).includes('its line'));
    await box.until('the end of the boot', async () => {
      const all = await box.exec(['cat', '/var/log/s6-uncaught-logs/current']);
      return (
        all.stdout.includes('[services.d] done.') &&
        /logutil-service: warning: \S+: s6-log doesn't take S6_LOGGING_SCRIPT/.test(all.stdout)
      );
    });
    await box.signal('TERM');
    t.is((await box.end()).exitCode, 0);
  });
});

test('the action `1` among the lines of an S6_LOGGING_SCRIPT: the catch-all writes to stdout', async (t) => {
  const env = { S6_LOGGING: '2', S6_LOGGING_SCRIPT: 'n20\n1\nT' };
  const cmd = ['sh', '-c', 'echo CMD; until grep -q CMD /var/log/s6-uncaught-logs/current; do :; done'];
  const ended = await runContainer({ image: await overlaidBusybox(), env, cmd });
  t.regex(ended.stdout, /\[services\.d\] done\.\n[^]*CMD\n/);
  t.is(ended.stderr, '');
});

test('a CMD that ends before the catch-all reads: nothing of its output is lost, nor of the boot’s', async (t) => {
  const options = { image: await overlaidBusybox(), env: { S6_LOGGING: '2' }, cmd: ['echo', 'CMD'] };
  // Who is quicker is chance: several at once.
  await Promise.all(
    Array.from({ length: 4 }, () =>
      runContainer(options, async (box) => {
        const log = await box.text('/var/log/s6-uncaught-logs/current').catch(String);
        t.regex(log, /applying owners[^]*CMD\n[^]*\[cont-finish\.d\] done\.\n$/);
      }),
    ),
  );
});
