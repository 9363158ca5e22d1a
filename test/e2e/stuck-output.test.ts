import test from 'ava';
import { runContainer, withContainer } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

test('a full log disk and a talkative service: the stop is heard all the same, within the graces', async (t) => {
  const options = {
    image: await overlaidBusybox(),
    env: { S6_LOGGING: '1' },
    tmpfs: { '/var/log': 'size=100k' },
    files: {
      '/etc/services.d/s/run': '#!/bin/sh\nexec yes\n',
      '/etc/cont-finish.d/00': '#!/bin/sh\n: >/var/finished\n',
    },
  };
  await withContainer(options, async (box) => {
    await box.says('No space left on device');
    // Until the pipe is full too: then whoever writes to it waits.
    await box.until('the service waits in write', async () => {
      const state = await box.exec(['sh', '-c', 'cat /proc/$(pidof yes)/wchan']);
      return state.stdout.includes('pipe');
    });
    const from = performance.now();
    await box.signal('TERM');
    const ended = await box.end();
    t.is(ended.exitCode, 0, ended.transcript.slice(-2000));
    t.true(performance.now() - from < 9000);
    t.true((await box.read('/var')).has('finished'));
  });
});

test('a terminal stopped by ^S does not hold up the stop', async (t) => {
  const options = { image: await overlaidBusybox(), tty: true, cmd: ['sleep', '1000'] };
  await withContainer(options, async (box) => {
    await box.says('[services.d] done.');
    box.write('\u0013');
    const from = performance.now();
    await box.signal('TERM');
    t.is((await box.end()).exitCode, 143);
    t.true(performance.now() - from < 9000);
  });
});

test('stage 2 killed by somebody: said, and judged as a script is', async (t) => {
  const files = { '/etc/cont-init.d/00': '#!/bin/sh\nkill -9 $PPID; sleep 1000\n' };
  const options = { image: await overlaidBusybox(), files, cmd: ['echo', 'CMD'] };
  const goesOn = await runContainer(options);
  t.deepEqual([goesOn.exitCode, goesOn.stdout], [0, 'CMD\n'], goesOn.transcript);
  t.regex(goesOn.stderr, /stage 2: exited 137/);
  const stops = await runContainer({ ...options, env: { S6_BEHAVIOUR_IF_STAGE2_FAILS: '2' } });
  t.deepEqual([stops.exitCode, stops.stdout], [137, ''], stops.transcript);
});
