import test from 'ava';
import { runContainer, type ContainerOptions, type Ended } from '../../harness/container.js';
import { overlaidBusybox } from '../overlaid-busybox.js';

/* Programs that change who they are, where that is allowed, has happened already, or can't be. */

const NO_CAPABILITIES = { CapDrop: ['ALL'] };
const ONE_OF_TWO = { CapDrop: ['ALL'], CapAdd: ['SETUID'] };
const APP = {
  '/etc/passwd':
    'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n',
  '/etc/group': 'root:x:0:\napp:x:1000:\ndisk:x:6:app\nnobody:x:65534:\n',
};
const CURE = String.raw`\(that takes root with the capabilities SETUID and SETGID\)$`;

/** What a container prints as the service and as the CMD it has, both run by `dropping`. */
async function serve(dropping: string, options: Partial<ContainerOptions>): Promise<Ended> {
  return runContainer({
    image: await overlaidBusybox(),
    env: { S6_CMD_WAIT_FOR_SERVICES: '1', S6_CMD_WAIT_FOR_SERVICES_MAXTIME: '0' },
    cmd: ['s6-svstat', '-o', 'ready', '/run/service/s'],
    ...options,
    files: {
      ...APP,
      '/etc/services.d/s/run': `#!/bin/sh
exec ${dropping} sh -c 'echo "$(id -u):$(id -g) $(id -G) [$UID$GIDLIST]"; echo >&3; exec sleep 1000'\n`,
      '/etc/services.d/s/notification-fd': '3\n',
    },
  });
}

/** Who the service is, and what is warned of. */
const SERVICES: Readonly<
  Record<string, { dropping: string; options: Partial<ContainerOptions>; is: string; warning?: string }>
> = {
  'root drops to the account and its groups': {
    dropping: 's6-setuidgid app',
    options: {},
    is: '1000:1000 1000 6 []',
  },
  '--user is the account already': {
    dropping: 's6-setuidgid app',
    options: { user: 'app' },
    is: '1000:1000 1000 6 []',
  },
  '--user is the account, read-only, without capabilities, no new privileges': {
    dropping: 's6-setuidgid app',
    options: {
      user: 'app',
      readOnly: true,
      host: { ...NO_CAPABILITIES, SecurityOpt: ['no-new-privileges'] },
    },
    is: '1000:1000 1000 6 []',
  },
  '--user is the account without its groups': {
    dropping: 's6-setuidgid app',
    options: { user: '1000:1000' },
    is: '1000:1000 1000 []',
    warning: 'not permitted to join the groups 6 of app \\(1000:1000\\): sh runs without them',
  },
  '--user is another account': {
    dropping: 's6-setuidgid nobody',
    options: { user: '12345:54321' },
    is: '12345:54321 54321 []',
    warning: 'not permitted to become nobody \\(65534:65534\\): sh runs as 12345:54321',
  },
  'root without capabilities': {
    dropping: 's6-setuidgid nobody',
    options: { host: NO_CAPABILITIES },
    is: '0:0 0 []',
    warning: 'not permitted to become nobody \\(65534:65534\\): sh runs as 0:0',
  },
  'root without capabilities stays root': {
    dropping: 's6-setuidgid root',
    options: { host: NO_CAPABILITIES },
    is: '0:0 0 []',
  },
  'ids without an account': {
    dropping: 's6-setuidgid 5:6',
    options: { user: '12345' },
    is: '12345:0 0 []',
    warning: 'not permitted to become an account without a name \\(5:6\\): sh runs as 12345:0',
  },
  's6-envuidgid and s6-applyuidgid -U, which keeps the variables': {
    dropping: 's6-envuidgid app s6-applyuidgid -U',
    options: { user: '12345' },
    is: '12345:0 0 [10006]',
    warning: 'not permitted to become app \\(1000:1000\\): sh runs as 12345:0',
  },
};

for (const [name, { dropping, options, is, warning }] of Object.entries(SERVICES)) {
  test(`${name}: the service is up, and who it is is said where nobody asked for that`, async (t) => {
    const ended = await serve(dropping, options);
    t.is(ended.exitCode, 0, ended.transcript);
    t.is(ended.stdout, `${is}\ntrue\n`, ended.transcript);
    const said = ended.stderr.split('\n').filter((line) => line.startsWith('s6-applyuidgid'));
    t.is(said.length, warning === undefined ? 0 : 1, ended.transcript);
    if (warning !== undefined)
      t.regex(said.join(), new RegExp(`^s6-applyuidgid: warning: ${warning} ${CURE}`));
  });
}

test('root with one capability of the two is never left undropped', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    host: ONE_OF_TWO,
    cmd: ['s6-setuidgid', 'nobody', 'id'],
  });
  t.deepEqual([ended.exitCode, ended.stdout], [111, ''], ended.transcript);
  t.regex(
    ended.stderr,
    /^s6-applyuidgid: fatal: unable to set supplementary group list: Operation not permitted$/m,
  );
});

for (const [wrong, code, message] of [
  [['s6-setuidgid', 'nosuch', 'id'], 1, 's6-envuidgid: fatal: unknown user: nosuch'],
  [['s6-setuidgid', 'a:b', 'id'], 100, 's6-applyuidgid: usage: s6-applyuidgid '],
  [['s6-applyuidgid', '-U', 'id'], 100, 's6-applyuidgid: fatal: UID not set'],
  [['s6-applyuidgid', '-u', '1x', 'id'], 100, 's6-applyuidgid: usage: s6-applyuidgid '],
  [['s6-applyuidgid', '-q', 'id'], 100, 's6-applyuidgid: usage: s6-applyuidgid '],
  [['s6-applyuidgid', '-u', '5'], 100, 's6-applyuidgid: usage: s6-applyuidgid '],
  [
    ['s6-setuidgid', 'nobody', 'nosuch'],
    127,
    's6-applyuidgid: fatal: unable to execute nosuch: No such file',
  ],
] as const) {
  test(`without root, ${wrong.join(' ')} is as wrong as with it`, async (t) => {
    const ended = await runContainer({ image: await overlaidBusybox(), user: '1000', cmd: wrong });
    t.is(ended.exitCode, code, ended.transcript);
    t.true(ended.stderr.includes(`\n${message}`), ended.transcript);
  });
}

/** What `id` as the CMD says under S6_CMD_USER=app. */
const CMDS: Readonly<
  Record<string, { options: Partial<ContainerOptions>; is: string; code?: number; says?: RegExp }>
> = {
  '--user is that account, nothing is permitted': {
    options: { user: 'app', host: NO_CAPABILITIES },
    is: '1000:1000\n',
  },
  '--user is that account with another group': {
    options: { user: '1000:0' },
    is: '1000:0\n',
    says: /^s6-overlay-init: warning: unable to join the group of S6_CMD_USER, app: Operation not permitted$/m,
  },
  '--user is another account': {
    options: { user: '12345' },
    is: '',
    code: 111,
    says: /unable to become the user of S6_CMD_USER, app: Operation not permitted$/m,
  },
  'root without capabilities': {
    options: { host: NO_CAPABILITIES },
    is: '',
    code: 111,
    says: /unable to become the user of S6_CMD_USER, app: Operation not permitted$/m,
  },
};

for (const [name, { options, is, code = 0, says }] of Object.entries(CMDS)) {
  test(`S6_CMD_USER where ${name}`, async (t) => {
    const ended = await runContainer({
      image: await overlaidBusybox(),
      env: { S6_CMD_USER: 'app' },
      cmd: ['sh', '-c', 'echo "$(id -u):$(id -g)"'],
      files: APP,
      ...options,
    });
    t.deepEqual([ended.exitCode, ended.stdout], [code, is], ended.transcript);
    if (says === undefined) t.notRegex(ended.stderr, /S6_CMD_USER/);
    else t.regex(ended.stderr, says);
  });
}

for (const [capabilities, warned] of [
  [['SETUID', 'SETGID'], true],
  [['SETUID', 'SETGID', 'KILL'], false],
  [[], false],
] as const) {
  test(`root with ${capabilities.join(', ') || 'no capability'}: ${warned ? 'warned that it stops no other user’s service' : 'no word on KILL'}`, async (t) => {
    const ended = await runContainer({
      image: await overlaidBusybox(),
      host: { CapDrop: ['ALL'], CapAdd: [...capabilities] },
      cmd: ['true'],
    });
    t.is(ended.exitCode, 0, ended.transcript);
    t.is(
      /can't be stopped without the capability KILL: --cap-add KILL$/m.test(ended.stderr),
      warned,
      ended.stderr,
    );
  });
}

test('fix-attrs on a read-only root: a warning, once a file, and the boot goes on', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    readOnly: true,
    env: { S6_BEHAVIOUR_IF_STAGE2_FAILS: '2' },
    files: {
      '/etc/fix-attrs.d/10': '/etc/passwd false nobody 0600 0700\n',
      '/etc/passwd': 'nobody:x:65534:65534::/:\n',
    },
    cmd: ['echo', 'CMD'],
  });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'CMD\n'], ended.transcript);
  t.is(
    ended.stderr.match(/warning: .*10:1: unable to .* \/etc\/passwd: Read-only file system; what/g)?.length,
    1,
    ended.stderr,
  );
});
