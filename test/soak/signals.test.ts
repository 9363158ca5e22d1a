import test from 'ava';
import { runContainer, withContainer } from '../harness/container.js';
import { overlaidBusybox } from '../e2e/overlaid-busybox.js';
import { record } from './sizes.js';
import { staticProgram } from '../harness/static-program.js';

const TIMES = 100;
const FINISH = { '/etc/cont-finish.d/00': '#!/bin/sh\necho finish\n' };

for (const [world, host] of [
  ['as PID 1', {}],
  ['under --init, where they reach docker-init', { Init: true }],
] as const) {
  test(`each signal from 1 to 64 a hundred times, but those that ask for a stop: survived, ${world}`, async (t) => {
    const files = {
      ...FINISH,
      '/bin/everysignal': await staticProgram(new URL('everysignal.c', import.meta.url)),
      '/etc/services.d/s/run': `#!/bin/sh\n/bin/everysignal ${TIMES} && echo all sent; exec sleep 1000\n`,
    };
    const signals = [{ when: 'all sent\n', signal: 'TERM' }];
    const ended = await runContainer({ image: await overlaidBusybox(), files, host, signals });
    t.is(ended.exitCode, 0, ended.transcript);
    t.is(ended.stdout, 'all sent\nfinish\n');
    await record(t, 'signals sent', 59 * TIMES);
  });
}

for (const [name, number] of [
  ['TERM', 15],
  ['INT', 2],
  ['QUIT', 3],
  ['PWR', 30],
  ['RTMIN+3', 37],
] as const) {
  test(`${name} a hundred times: one stop, through stage 3`, async (t) => {
    const files = {
      ...FINISH,
      '/etc/services.d/s/run':
        '#!/bin/sh\ntrap "echo told; exit 0" TERM\necho up; while :; do sleep 0.1; done\n',
    };
    await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
      await box.says('up\n');
      const burst = `i=0; while [ $((i += 1)) -le ${TIMES} ]; do kill -${number} 1; done`;
      // It may be ended before it has sent all of them: that is what it asks for.
      await box.exec(['sh', '-c', burst]);
      const ended = await box.end();
      t.is(ended.exitCode, 0, ended.transcript);
      t.is(ended.stdout, 'up\ntold\nfinish\n');
    });
  });
}
