import test from 'ava';
import { runContainer, withContainer } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

/* Cases in the manner of golden/, derived from the seed: its judges know more than the recorded ones. */

const SERVICE = '#!/bin/sh\necho run; exec sleep 1000\n';
/** The CMD of golden's q-*-cmd. */
const TRAPS =
  'trap "echo cmd got TERM; exit 12" TERM; trap "echo cmd got HUP" HUP; echo cmd up; while :; do sleep 0.1; done';

test('s2: a profile that is not there is named, and the container goes on without the user’s files', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_RUNTIME_PROFILE: 'nope' },
    cmd: ['sh', '-c', 'ls /run/service; exit 4'],
    files: {
      '/etc/cont-init.d/00': '#!/bin/sh\necho default init\n',
      '/etc/services.d/d/run': SERVICE,
    },
  });
  t.deepEqual([ended.exitCode, ended.stdout], [4, ''], ended.transcript);
  t.regex(
    ended.stderr,
    /warning: S6_RUNTIME_PROFILE=nope: there is no folder \/etc\/cont-profile\.d\/nope\n/,
  );
});

test('s3: S6_RUNTIME_PROFILE=0 is none, as for the original', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { S6_RUNTIME_PROFILE: '0' },
    cmd: ['true'],
    files: { '/etc/cont-init.d/00': '#!/bin/sh\necho default init\n' },
  });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'default init\n'], ended.transcript);
});

test('q-ALRM-cmd: ALRM does nothing, also with a CMD', async (t) => {
  await withContainer({ image: await overlaidBusybox(), cmd: ['sh', '-c', TRAPS] }, async (box) => {
    await box.says('cmd up');
    await box.signal('ALRM');
    await box.signal('HUP');
    await box.says('cmd got HUP');
    await box.signal('TERM');
    const ended = await box.end();
    t.deepEqual(
      [ended.exitCode, ended.stdout],
      [12, 'cmd up\ncmd got HUP\ncmd got TERM\n'],
      ended.transcript,
    );
  });
});

test('the environment folder gone or turned into a fifo: the CMD gets the original environment, and it is said', async (t) => {
  const folder = '/run/s6/container_environment';
  const ended = await runContainer({
    image: await overlaidBusybox(),
    env: { WORD: 'x' },
    cmd: ['sh', '-c', 'echo "$WORD"'],
    files: { '/etc/cont-init.d/00': `#!/bin/sh\nrm -r ${folder}; mkfifo ${folder}\n` },
  });
  t.deepEqual([ended.exitCode, ended.stdout], [0, 'x\n'], ended.transcript);
  t.regex(ended.stderr, /unable to read \/run\/s6\/container_environment\/: Not a directory: the CMD gets/);
});
