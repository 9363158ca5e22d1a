import test from 'ava';
import { runContainer, withContainer } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

const BEHAVIOUR = 'S6_BEHAVIOUR_IF_STAGE2_FAILS';
const FAILURES = {
  'fix-attrs.d': { files: { '/etc/fix-attrs.d/00': '/tmp true nosuchuser 0600 0700\n' }, env: {}, code: 1 },
  'cont-init.d': { files: { '/etc/cont-init.d/00': '#!/bin/sh\nexit 7\n' }, env: {}, code: 7 },
  hook: { files: {}, env: { S6_STAGE2_HOOK: 'exit 9' }, code: 9 },
} as const;

for (const [what, { files, env, code }] of Object.entries(FAILURES)) {
  test(`${BEHAVIOUR} 0, 1, 2 and a failing ${what}`, async (t) => {
    const image = await overlaidBusybox();
    const all = { ...files, '/etc/cont-init.d/10': '#!/bin/sh\necho next\n' };
    const run = (behaviour: string, more = {}): ReturnType<typeof runContainer> =>
      runContainer({
        image,
        cmd: ['sh', '-c', 'exit 3'],
        env: { ...env, [BEHAVIOUR]: behaviour, ...more },
        files: all,
      });
    const [on, loud, stop, hushed] = await Promise.all([
      run('0'),
      run('1'),
      run('2'),
      run('1', { S6_VERBOSITY: '0' }),
    ]);
    t.deepEqual([on.exitCode, on.stdout], [3, 'next\n'], on.transcript);
    t.notRegex(on.stderr, /!!!!!|FAILED/);
    t.deepEqual([loud.exitCode, loud.stdout], [3, 'next\n'], loud.transcript);
    t.regex(
      loud.stderr,
      new RegExp(`!!!!!\n.*!!!!! \\[.*FAILED with ${code}; the container goes on\n.*!!!!!\n`),
    );
    t.deepEqual([stop.exitCode, stop.stdout], [code, ''], stop.transcript);
    t.regex(stop.stderr, new RegExp(`failed with ${code}: the container stops`));
    t.notRegex(hushed.stderr, /!!!!!/);
  });
}

test('S6_STAGE2_HOOK runs before fix-attrs.d, with the cleared environment; without a shell it is said', async (t) => {
  const image = await overlaidBusybox();
  const env = { S6_STAGE2_HOOK: 'echo "hook $WHO"; mkdir /made', WHO: 'me' };
  const ended = await runContainer({
    image,
    env,
    cmd: ['stat', '-c', '%a', '/made'],
    files: { '/etc/fix-attrs.d/00': '/made false root 0600 0711\n' },
  });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'hook \n711\n'], ended.transcript);
  const none = await runContainer({
    image,
    env: { ...env, [BEHAVIOUR]: '2' },
    files: { '/bin/sh': { link: '/none' } },
  });
  t.is(none.exitCode, 127, none.transcript);
  t.regex(none.stderr, /unable to run S6_STAGE2_HOOK by \/bin\/sh: No such file/);
  const long = { S6_STAGE2_HOOK: `echo ${'x'.repeat(4100)}`, [BEHAVIOUR]: '2' };
  const refused = await runContainer({ image, env: long, cmd: ['true'] });
  t.is(refused.exitCode, 100);
  t.regex(refused.stderr, /S6_STAGE2_HOOK is longer than 4095 bytes: not run/);
});

test('S6_SYNC_DISKS=1 calls sync(2) at the end, 0 does not', async (t) => {
  // A system call that kills who makes it is the plainest witness.
  const seccomp = {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['sync'], action: 'SCMP_ACT_KILL_PROCESS' }],
  };
  const host = { SecurityOpt: [`seccomp=${JSON.stringify(seccomp)}`] };
  const image = await overlaidBusybox();
  const code = async (sync: string): Promise<number> =>
    (await runContainer({ image, host, env: { S6_SYNC_DISKS: sync }, cmd: ['sh', '-c', 'exit 3'] })).exitCode;
  t.deepEqual([await code('0'), await code('1')], [3, 128 + 31]);
});

test('S6_CMD_USE_TERMINAL=1: the CMD keeps stdout and stderr under S6_LOGGING=2', async (t) => {
  const options = { image: await overlaidBusybox(), cmd: ['sh', '-c', 'echo out; echo err >&2'] };
  const kept = await runContainer({ ...options, env: { S6_LOGGING: '2', S6_CMD_USE_TERMINAL: '1' } });
  t.deepEqual([kept.stdout, kept.stderr], ['out\n', 'err\n']);
  const logged = await runContainer({ ...options, env: { S6_LOGGING: '2', S6_CMD_USE_TERMINAL: '0' } });
  t.is(logged.transcript, '');
});

test('S6_CMD_RECEIVE_SIGNALS=1: INT, QUIT and TERM go to the CMD alone; its end is the container’s', async (t) => {
  const traps = ['INT', 'QUIT', 'TERM'].map((name) => `trap "echo got ${name}" ${name};`).join(' ');
  const options = {
    image: await overlaidBusybox(),
    env: { S6_CMD_RECEIVE_SIGNALS: '1' },
    cmd: ['sh', '-c', `${traps} trap "exit 6" USR1; echo up; while :; do sleep 0.05; done`],
    files: {
      '/etc/services.d/s/run':
        '#!/bin/sh\ntrap "echo service told; exit" TERM\necho service; while :; do sleep 0.05; done\n',
    },
    signals: [
      { when: /(?=[^]*up\n)(?=[^]*service\n)/, signal: 'INT' },
      { when: 'got INT', signal: 'QUIT' },
      { when: 'got QUIT', signal: 'TERM' },
      { when: 'got TERM', signal: 'USR1' },
    ],
  };
  const ended = await runContainer(options);
  t.is(ended.exitCode, 6, ended.transcript);
  t.regex(ended.stdout, /got INT\n[^]*got QUIT\n[^]*got TERM\n[^]*service told\n/);
});

test('S6_RUNTIME_PROFILE: all four folders are the profile’s; what is no name of a folder is refused', async (t) => {
  const image = await overlaidBusybox();
  const profile = '/etc/cont-profile.d/test';
  const say = (word: string): string => `#!/bin/sh\necho ${word}\n`;
  const ended = await runContainer({
    image,
    env: { S6_RUNTIME_PROFILE: 'test', S6_CMD_WAIT_FOR_SERVICES: '1' },
    cmd: ['stat', '-c', '%a', '/tmp/f'],
    files: {
      '/tmp/f': '',
      [`${profile}/fix-attrs.d/00`]: '/tmp/f false root 0611 0755\n',
      [`${profile}/cont-init.d/00`]: say('init'),
      [`${profile}/services.d/s/run`]: '#!/bin/sh\necho >&3; exec sleep 1000\n',
      [`${profile}/services.d/s/notification-fd`]: '3\n',
      [`${profile}/cont-finish.d/00`]: say('finish'),
      '/etc/cont-init.d/00': say('wrong'),
      '/etc/cont-finish.d/00': say('wrong'),
      '/etc/services.d/wrong/run': '#!/bin/sh\necho wrong; exec sleep 1000\n',
    },
  });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'init\n611\nfinish\n'], ended.transcript);
  for (const name of ['../cont-init.d', '.'.repeat(400)]) {
    const refused = await runContainer({ image, env: { S6_RUNTIME_PROFILE: name }, cmd: ['true'] });
    t.is(refused.exitCode, 100, refused.transcript);
    t.regex(refused.stderr, /S6_RUNTIME_PROFILE=.*: there is no folder \/etc\/cont-profile\.d/);
  }
});

test('S6_GLOBAL_PATH is the PATH of scripts and services, behind /command; the CMD keeps the container’s', async (t) => {
  const show = '#!/bin/sh\necho "$PATH"\n';
  const options = {
    image: await overlaidBusybox(),
    env: { S6_GLOBAL_PATH: '/bin:/opt/x', PATH: '/usr/bin:/bin' },
    cmd: ['sh', '-c', 'while ! [ -s /tmp/s ]; do sleep 0.05; done; cat /tmp/s; echo "$PATH"'],
    files: {
      '/etc/cont-init.d/00': show,
      '/etc/services.d/s/run': '#!/bin/sh\necho "$PATH" >/tmp/.s; mv /tmp/.s /tmp/s; exec sleep 1000\n',
      '/etc/cont-finish.d/00': show,
    },
  };
  const ended = await runContainer(options);
  const script = '/command:/bin:/opt/x\n';
  t.is(ended.stdout, `${script}${script}/usr/bin:/bin:/command\n${script}`, ended.transcript);
});

test('S6_CMD_USER: groups and HOME of the account; HOME that ENV sets stays; who is not there never runs as root', async (t) => {
  const image = await overlaidBusybox();
  const files = {
    '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nada:x:1500:1600::/home/ada:/bin/sh\n',
    '/etc/group': 'root:x:0:\nada:x:1600:\nstaff:x:50:ada\nvideo:x:44:root,ada\nother:x:77:root\n',
  };
  const cmd = ['sh', '-c', 'echo "$(id -u) $(id -g) $(id -G | tr " " "\\n" | sort -n | tr "\\n" " ")$HOME"'];
  const as = async (user: string, env = {}): Promise<string> =>
    (await runContainer({ image, files, cmd, env: { S6_CMD_USER: user, ...env } })).stdout;
  t.is(await as('ada'), '1500 1600 44 50 1600 /home/ada\n');
  t.is(await as('1500'), '1500 1600 44 50 1600 /home/ada\n');
  t.is(await as('ada', { HOME: '/srv' }), '1500 1600 44 50 1600 /srv\n');
  t.is(await as('4000:5000'), '4000 5000 5000 /root\n');
  const nobody = await runContainer({ image, files, cmd, env: { S6_CMD_USER: 'nosuch' } });
  t.deepEqual([nobody.exitCode, nobody.stdout], [111, ''], nobody.transcript);
  t.regex(nobody.stderr, /S6_CMD_USER=nosuch: /);
});

test('S6_VERBOSITY 1 keeps warnings, 0 does not, 3 tells times', async (t) => {
  const image = await overlaidBusybox();
  const at = async (level: string): Promise<string> =>
    (await runContainer({ image, env: { S6_VERBOSITY: level, S6_LOGING: '1' }, cmd: ['true'] })).stderr;
  t.is(await at('0'), '');
  t.regex(await at('1'), /^s6-overlay-init: warning: S6_LOGING.*S6_LOGGING\?\n$/);
  const three = await at('3');
  t.regex(three, /^\[s6-init\] \d+ ms: started$/m);
  t.regex(three, /^\[s6-init\] \d+ ms: stopping$/m);
  t.notRegex(await at('2'), /\[s6-init\]/);
  t.regex(await at('9'), /S6_VERBOSITY=9 is too big: 5 is used/);
});

test('0 means no limit for *_MAXTIME and no wait for *_GRACETIME', async (t) => {
  const image = await overlaidBusybox();
  const deaf = 'trap "" TERM; echo up; while :; do sleep 0.05; done';
  const [maxtime, grace, wait] = await Promise.all([
    runContainer({
      image,
      env: { S6_KILL_FINISH_MAXTIME: '0' },
      cmd: ['true'],
      files: { '/etc/cont-finish.d/00': '#!/bin/sh\nsleep 0.3; echo whole\n' },
    }),
    runContainer({
      image,
      env: { S6_SERVICES_GRACETIME: '0', S6_KILL_GRACETIME: '0' },
      cmd: ['sh', '-c', deaf],
      files: { '/etc/services.d/s/run': `#!/bin/sh\n${deaf}\n` },
      signals: [{ when: /up\n[^]*up\n/, signal: 'TERM' }],
    }),
    runContainer({
      image,
      env: { S6_CMD_WAIT_FOR_SERVICES: '1', S6_CMD_WAIT_FOR_SERVICES_MAXTIME: '0' },
      cmd: ['echo', 'CMD'],
      files: {
        '/etc/services.d/s/run': '#!/bin/sh\nsleep 0.5; echo ready; echo >&3; exec sleep 1000\n',
        '/etc/services.d/s/notification-fd': '3\n',
      },
    }),
  ]);
  t.deepEqual([maxtime.exitCode, maxtime.stdout], [0, 'whole\n'], maxtime.transcript);
  t.is(grace.exitCode, 137, grace.transcript);
  t.is(wait.stdout, 'ready\nCMD\n', wait.transcript);
});

test('S6_LOGGING_SCRIPT that s6-log refuses: named by it, and the container lives', async (t) => {
  const options = {
    image: await overlaidBusybox(),
    env: { S6_LOGGING_SCRIPT: 'n20 sx T' },
    files: {
      '/etc/services.d/s/run': '#!/bin/sh\nexec sleep 1000\n',
      '/etc/services.d/s/log/run': '#!/bin/sh\nexec logutil-service /var/log/s\n',
    },
  };
  await withContainer(options, async (box) => {
    await box.says(/s6-log: fatal: .*: sx/);
    await box.signal('TERM');
    t.is((await box.end()).exitCode, 0);
  });
});
