import test, { type ExecutionContext } from 'ava';
import { runContainer, type ContainerOptions, type Ended } from '../../harness/container.js';
import { overlaidBusybox } from '../overlaid-busybox.js';
import { CODE } from './world.js';

test('--pids-limit 2, too few for a CMD: said, and ended in order with 111', async (t) => {
  const options = { image: await overlaidBusybox(), cmd: ['echo', 'CMD'], host: { PidsLimit: 2 } };
  const ended = await runContainer(options);
  t.deepEqual([ended.exitCode, ended.stdout], [111, ''], ended.transcript);
  t.regex(ended.stderr, /unable to fork for the CMD: Try again later\n[^]*\[cont-finish\.d\] done\.\n$/);
});

const MEGABYTES = 24;
/** Asks for a gigabyte, byte by byte, without swap: the kernel kills it. */
const HOG = 'exec tail -c 1000000000 /dev/zero';
const LITTLE_MEMORY: NonNullable<ContainerOptions['host']> = {
  Memory: MEGABYTES * 1024 * 1024,
  MemorySwap: MEGABYTES * 1024 * 1024,
};
const ATTEMPTS = 6;

/**
 * The kernel's killer takes the largest process, and sometimes, while that one's memory is still being given back, a
 * second one: s6-svscan or the CMD. Then the container has to end in order with the code for that. Somewhen it takes
 * the service alone.
 */
async function outOfMemory(t: ExecutionContext, options: ContainerOptions, code: number): Promise<Ended> {
  const host = LITTLE_MEMORY;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const ended = await runContainer({ ...options, host });
    t.regex(ended.stderr, /\[cont-finish\.d\] done\.\n$/, ended.transcript);
    if (ended.exitCode === code) return ended;
    if (ended.stderr.includes('s6-svscan has ended by itself (137)'))
      t.is(ended.exitCode, 111, ended.transcript);
    else if (/\[cmd\] .* killed by signal 9/.test(ended.stderr)) t.is(ended.exitCode, 137, ended.transcript);
    else return ended;
  }
  throw new Error(`in ${ATTEMPTS} attempts the kernel never killed the service alone`);
}

test('--memory so small that a service is killed: it comes back each time, the CMD lives on', async (t) => {
  const options = {
    image: await overlaidBusybox(),
    cmd: ['sh', '-c', `until [ -e /killed.3 ]; do sleep 0.1; done; exit ${CODE.cmd}`],
    files: {
      '/etc/services.d/s/run': `#!/bin/sh\n${HOG}\n`,
      '/etc/services.d/s/finish':
        '#!/bin/sh\necho "finish $1 $2"\nn=1; while [ -e /killed.$n ]; do n=$((n+1)); done; : >/killed.$n\n',
    },
  };
  const ended = await outOfMemory(t, options, CODE.cmd);
  t.is(ended.exitCode, CODE.cmd, ended.transcript);
  t.regex(ended.stdout, /^(finish 256 9\n){3,}/);
});

test('--memory so small that a service is killed: its finish script ends the container', async (t) => {
  const stop = 'echo $((128+$2)) >/run/s6/env-stage3/S6_STAGE2_EXITED; exec s6-svscanctl -t /run/s6/services';
  const files = {
    '/etc/services.d/s/run': `#!/bin/sh\n${HOG}\n`,
    '/etc/services.d/s/finish': `#!/bin/sh\n[ $1 -ne 256 ] || { ${stop}; }\n`,
  };
  const ended = await outOfMemory(t, { image: await overlaidBusybox(), files }, 137);
  t.is(ended.exitCode, 137, ended.transcript);
});

test('--memory so small that the CMD is killed: 137, and said', async (t) => {
  const options = { image: await overlaidBusybox(), cmd: ['sh', '-c', HOG], host: LITTLE_MEMORY };
  const ended = await runContainer(options);
  t.is(ended.exitCode, 137, ended.transcript);
  t.regex(ended.stderr, /\[cmd\] sh exited 137: killed by signal 9 \(KILL\)/);
});
