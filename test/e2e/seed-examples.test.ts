import test from 'ava';
import { runContainer, withContainer } from '../harness/container.js';
import type { Files } from '../harness/tarball.js';
import { overlaidBusybox } from './overlaid-busybox.js';

/*
 * Every example of the seed's page as it is written there. Programs that it names (nginx, confd, myservice) are stand-ins
 * that print what they were given.
 */

const PRINTS_ARGUMENTS = '#!/bin/sh\necho "$(basename "$0"): $#"; for a in "$@"; do echo "<$a>"; done\n';
/** Prints its arguments, then stays. */
const STAYS = `${PRINTS_ARGUMENTS}exec sleep 1000\n`;

const PASSWD = {
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\ndaemon:x:2:2::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n' +
    'mysql:x:27:28::/:/bin/false\nnginx:x:101:102::/:/bin/false\n',
  '/etc/group': 'root:x:0:\ndaemon:x:2:\nnobody:x:65534:\nmysql:x:28:\nnginx:x:102:\n',
};

test('Quickstart: CMD ["nginx"]', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    cmd: ['nginx'],
    files: { '/usr/sbin/nginx': PRINTS_ARGUMENTS },
  });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'nginx: 0\n'], ended.transcript);
});

test('Using CMD: docker run -ti s6demo /bin/sh', async (t) => {
  await withContainer({ image: await overlaidBusybox(), cmd: ['/bin/sh'], tty: true }, async (box) => {
    await box.says('/ # ');
    t.regex(
      box.transcript.text.replaceAll('\r', ''),
      /^\[fix-attrs\.d\] applying owners & permissions fixes\.\.\.\n\[fix-attrs\.d\] done\.\n\[cont-init\.d\] executing container initialization scripts\.\.\.\n\[cont-init\.d\] done\.\n\[services\.d\] starting services\n\[services\.d\] done\.\n/,
    );
    box.write('exit\n');
    await box.says('/bin/sh exited 0');
    t.is((await box.end()).exitCode, 0);
  });
});

test('fix-attrs.d: 01-mysql-data-dir and 02-mysql-log-dirs', async (t) => {
  const file = { text: 'x', mode: 0o666 };
  const ended = await runContainer({
    image: await overlaidBusybox(),
    cmd: [
      'sh',
      '-c',
      'stat -c "%a %u:%g %n" /var/lib/mysql /var/lib/mysql/db /var/lib/mysql/db/t /var/log/mysql-*/ /var/log/mysql-*/*',
    ],
    files: {
      ...PASSWD,
      '/etc/fix-attrs.d/01-mysql-data-dir': '/var/lib/mysql true mysql 0600 0700\n',
      '/etc/fix-attrs.d/02-mysql-log-dirs': `/var/log/mysql-error-logs true nobody,32768:32768 0644 2700
/var/log/mysql-general-logs true nobody,32768:32768 0644 2700
/var/log/mysql-slow-query-logs true nobody,32768:32768 0644 2700
`,
      '/var/lib/mysql/db/t': file,
      '/var/log/mysql-error-logs/a': file,
      '/var/log/mysql-general-logs/b': file,
      '/var/log/mysql-slow-query-logs/c': file,
    },
  });
  t.is(
    ended.stdout,
    `700 27:28 /var/lib/mysql
700 27:28 /var/lib/mysql/db
600 27:28 /var/lib/mysql/db/t
2700 65534:65534 /var/log/mysql-error-logs/
2700 65534:65534 /var/log/mysql-general-logs/
2700 65534:65534 /var/log/mysql-slow-query-logs/
644 65534:65534 /var/log/mysql-error-logs/a
644 65534:65534 /var/log/mysql-general-logs/b
644 65534:65534 /var/log/mysql-slow-query-logs/c
`,
    ended.transcript,
  );
});

/** The table of accounts. Rows 4 and 5 as the original does them, which its page has swapped (RUNTIME.md, fix-attrs.d). */
const ACCOUNTS = [
  ['daemon', '2:2'],
  ['daemon,3:4', '2:2'],
  ['2:2,3:4', '2:2'],
  ['daemon:11111,3:4', '2:11111'],
  ['11111:daemon,3:4', '11111:2'],
  ['daemon:daemon,3:4', '2:2'],
  ['daemon:unexisting,3:4', '2:4'],
  ['unexisting:daemon,3:4', '3:2'],
  ['11111:11111,3:4', '11111:11111'],
] as const;

test('fix-attrs.d: the table of accounts', async (t) => {
  const files: Record<string, string> = {
    ...PASSWD,
    '/etc/fix-attrs.d/accounts': ACCOUNTS.map(
      ([account], row) => `/data/${row} false ${account} 0644 0755\n`,
    ).join(''),
  };
  ACCOUNTS.forEach((_, row) => (files[`/data/${row}`] = 'x'));
  const ended = await runContainer({
    image: await overlaidBusybox(),
    cmd: ['sh', '-c', 'stat -c %u:%g /data/*'],
    files,
  });
  t.is(ended.stdout, ACCOUNTS.map(([, owner]) => `${owner}\n`).join(''), ended.transcript);
});

test('cont-init.d: 02-confd-onetime, with today’s execline', async (t) => {
  const files: Files = {
    ...PASSWD,
    '/usr/bin/confd': PRINTS_ARGUMENTS,
    '/etc/cont-init.d/02-confd-onetime': `#!/usr/bin/execlineb -P

with-contenv
s6-envuidgid nginx
multisubstitute
{
  import -u -D0 UID
  import -u -D0 GID
  import -u CONFD_PREFIX
  define CONFD_CHECK_CMD "/usr/sbin/nginx -t -c {{ .src }}"
}
confd --onetime --prefix="\${CONFD_PREFIX}" --tmpl-uid="\${UID}" --tmpl-gid="\${GID}" --tmpl-src="/etc/nginx/nginx.conf.tmpl" --tmpl-dest="/etc/nginx/nginx.conf" --tmpl-check-cmd="\${CONFD_CHECK_CMD}" etcd
`,
  };
  const ended = await runContainer({
    image: await overlaidBusybox(),
    cmd: ['true'],
    env: { CONFD_PREFIX: '/a b' },
    files,
  });
  t.is(
    ended.stdout,
    `confd: 8
<--onetime>
<--prefix=/a b>
<--tmpl-uid=101>
<--tmpl-gid=102>
<--tmpl-src=/etc/nginx/nginx.conf.tmpl>
<--tmpl-dest=/etc/nginx/nginx.conf>
<--tmpl-check-cmd=/usr/sbin/nginx -t -c {{ .src }}>
<etcd>
`,
    ended.transcript,
  );
  t.true(ended.stderr.includes('[cont-init.d] 02-confd-onetime: exited 0.'));
});

test('services.d: a run script in execline; finish that ends the container', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    files: {
      '/usr/sbin/nginx': PRINTS_ARGUMENTS,
      '/etc/services.d/myapp/run': '#!/usr/bin/execlineb -P\nnginx -g "daemon off;"\n',
      '/etc/services.d/myapp/finish': '#!/usr/bin/execlineb -S0\n\ns6-svscanctl -t /var/run/s6/services\n',
    },
  });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'nginx: 2\n<-g>\n<daemon off;>\n'], ended.transcript);
  t.notRegex(ended.stderr, /svscanctl/);
});

const ONLY_WHEN_IT_CRASHES = `#!/usr/bin/execlineb -S1
if { s6-test \${1} -ne 0 }
if { s6-test \${1} -ne 256 }

s6-svscanctl -t /var/run/s6/services
`;

test('services.d: the finish that ends the container only after a crash', async (t) => {
  // Good, killed by a signal, then bad: the third end is the last.
  const run = `#!/bin/sh
n=$(cat /tmp/n 2>/dev/null || echo 0); echo $((n + 1)) >/tmp/n; echo "start $n"
case $n in 0) exit 0 ;; 1) kill -9 $$ ;; *) exit 5 ;; esac
`;
  const ended = await runContainer({
    image: await overlaidBusybox(),
    files: { '/etc/services.d/myapp/run': run, '/etc/services.d/myapp/finish': ONLY_WHEN_IT_CRASHES },
  });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'start 0\nstart 1\nstart 2\n'], ended.transcript);
});

const LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} {2}said$/m;

test('Logging: exec logutil-service /var/log/myapp', async (t) => {
  const options = {
    image: await overlaidBusybox(),
    files: {
      '/etc/services.d/myapp/run': '#!/bin/sh\necho said; exec sleep 1000\n',
      '/etc/services.d/myapp/log/run': '#!/bin/sh\nexec logutil-service /var/log/myapp\n',
    },
  };
  await withContainer(options, async (box) => {
    await box.until('the line is logged', async () =>
      LINE.test((await box.exec(['cat', '/var/log/myapp/current'])).stdout),
    );
    const { stdout } = await box.exec([
      'sh',
      '-c',
      'stat -c "%a %U" /var/log/myapp; ps -o user,args | grep [s]6-log',
    ]);
    t.regex(stdout, /^2700 nobody\nnobody +s6-log -bp -- n20 s1000000 T \/var\/log\/myapp\n$/);
  });
});

test('Logging: exec logutil-service -f /var/run/myfifo /var/log/myapp', async (t) => {
  const options = {
    image: await overlaidBusybox(),
    files: {
      '/etc/cont-init.d/fifo': '#!/bin/sh\nlogutil-newfifo -o nobody /var/run/myfifo\n',
      '/etc/services.d/myapp/run': '#!/bin/sh\nexec >/var/run/myfifo; echo said; exec sleep 1000\n',
      '/etc/services.d/myapp/log/run': '#!/bin/sh\nexec logutil-service -f /var/run/myfifo /var/log/myapp\n',
    },
  };
  await withContainer(options, async (box) => {
    await box.until('the line is logged', async () =>
      LINE.test((await box.exec(['cat', '/var/log/myapp/current'])).stdout),
    );
    t.is((await box.exec(['stat', '-c', '%F %U', '/var/run/myfifo'])).stdout, 'fifo nobody\n');
  });
});

for (const [language, run] of [
  ['execline', '#!/usr/bin/execlineb -P\ns6-setuidgid daemon\nmyservice\n'],
  ['sh', '#!/bin/sh\nexec s6-setuidgid daemon myservice\n'],
] as const) {
  test(`Dropping privileges in ${language}`, async (t) => {
    const ended = await runContainer({
      image: await overlaidBusybox(),
      files: {
        '/usr/bin/myservice': STAYS.replace(
          'exec',
          'id -u; id -g; id -G; echo to the device >/dev/stdout; exec',
        ),
        '/etc/services.d/myapp/run': run,
      },
      signals: [{ when: 'to the device', signal: 'TERM' }],
    });
    t.deepEqual(
      [ended.exitCode, ended.stdout],
      [0, 'myservice: 0\n1\n1\n1\nto the device\n'],
      ended.transcript,
    );
  });
}

test('Container environment: 01-contenv-example', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    cmd: ['true'],
    env: { MYENV: 'what it contains' },
    files: { '/etc/cont-init.d/01-contenv-example': '#!/usr/bin/with-contenv sh\necho $MYENV\n' },
  });
  t.is(ended.stdout, 'what it contains\n', ended.transcript);
});

test('Read-Only Root Filesystem: -e S6_READ_ONLY_ROOT=1 --read-only --tmpfs /var:rw,exec', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_READ_ONLY_ROOT: '1' },
    readOnly: true,
    tmpfs: { '/var': 'rw,exec' },
    files: {
      '/etc/cont-init.d/00': { text: '#!/bin/sh\necho a script without its exec bit\n', mode: 0o644 },
      '/etc/services.d/s/run': '#!/bin/sh\necho service; exec sleep 1000\n',
    },
    signals: [{ when: 'service\n', signal: 'TERM' }],
  });
  t.deepEqual(
    [ended.exitCode, ended.stdout],
    [0, 'a script without its exec bit\nservice\n'],
    ended.transcript,
  );
});
