import test from 'ava';
import { runContainer } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

/**
 * Of 1 to 64: these ask for a stop, those are never sent. KILL and STOP are the kernel's, CONT shows nothing, CHLD and
 * PIPE mean something to /init itself, 32 and 33 are libc's own: Docker refuses them.
 */
const STOPS: readonly number[] = [2, 3, 15, 30, 37];
const NOT_SENT: readonly number[] = [9, 13, 17, 18, 19, 32, 33];
/** What docker-init keeps for itself: the synchronous ones, and the terminal's. */
const NOT_FORWARDED: readonly number[] = [4, 5, 6, 7, 8, 11, 21, 22, 31];
const OTHERS = Array.from({ length: 64 }, (_, index) => index + 1).filter(
  (number) => !STOPS.includes(number) && !NOT_SENT.includes(number),
);

/** ALRM is nobody's message: v1 let it pass unheard, and a CMD without a handler would die of it. */
const FOR_CMD = OTHERS.filter((number) => number !== 14);

for (const [world, host, sent] of [
  ['as PID 1', {}, FOR_CMD],
  ['under --init', { Init: true }, FOR_CMD.filter((number) => !NOT_FORWARDED.includes(number))],
] as const) {
  test(`a signal that asks for no stop goes to the CMD, whichever it is: ${world}`, async (t) => {
    const traps = sent.map((number) => `trap "echo got ${number}" ${number}`).join('; ');
    const steps = [...sent.map((number) => `got ${number}\n`), ''];
    const ended = await runContainer({
      image: await overlaidBusybox(),
      host,
      cmd: ['sh', '-c', `${traps}; trap "exit 7" TERM; echo up; while :; do sleep 0.02; done`],
      signals: [...sent, 15].map((signal, index) => ({ when: steps[index - 1] ?? 'up\n', signal })),
    });
    t.is(ended.exitCode, 7, ended.transcript);
    t.is(ended.stdout, `up\n${steps.join('')}`);
  });
}

test('without CMD every one of them is survived, many times', async (t) => {
  const ended = await runContainer({
    image: await overlaidBusybox(),
    files: {
      '/etc/services.d/s/run': `#!/bin/sh
for n in ${OTHERS.join(' ')}; do i=0; while [ $i -lt 100 ]; do kill -$n 1; i=$((i+1)); done; done
echo all sent; exec sleep 1000
`,
    },
    signals: [{ when: 'all sent', signal: 'TERM' }],
  });
  t.is(ended.exitCode, 0, ended.transcript);
});
