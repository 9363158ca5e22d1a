import { readdir, readFile, stat } from 'node:fs/promises';
import test from 'ava';
import { withContainer, type Box } from '../harness/container.js';
import { overlaidBusybox } from '../e2e/overlaid-busybox.js';
import { record, sized } from './sizes.js';
import { staticProgram } from '../harness/static-program.js';

/** One crash a second is all that s6-supervise allows a service: many services make many crashes. */
const SERVICES = sized(40, 60);
const CRASHES = sized(200, 10_000);
const ORPHANS_EACH = 10;

/** What PID 1 holds (proc(5)): open descriptors, and kB. */
interface Held {
  readonly descriptors: number;
  readonly data: number;
  readonly resident: number;
}

async function held(box: Box): Promise<Held> {
  const pid = await box.pid();
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return {
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
    data: kb('VmData'),
    resident: Number(/^Rss:\s+(\d+) kB$/m.exec(rollup)?.[1]),
  };
}

test('crashes and orphans leave no zombie, no descriptor, no memory behind', async (t) => {
  const names = Array.from({ length: SERVICES }, (_, index) => `s${index}`);
  const script = `#!/bin/sh\nexec /bin/crasher /var/crashes ${CRASHES} ${ORPHANS_EACH}\n`;
  const options = {
    image: await overlaidBusybox(),
    limitMs: 2_400_000,
    files: {
      '/var/crashes': '',
      '/bin/crasher': await staticProgram(new URL('crasher.c', import.meta.url)),
      ...Object.fromEntries(names.map((name) => [`/etc/services.d/${name}/run`, script])),
    },
  };
  await withContainer(options, async (box) => {
    const counts = `/proc/${await box.pid()}/root/var/crashes`;
    const crashes = async (): Promise<number> => (await stat(counts)).size;
    // Some have crashed and been reaped: what is taken once is taken.
    await box.until('the first crashes', async () => (await crashes()) >= SERVICES, 120_000);
    const before = await held(box);
    await box.until('all crashes', async () => (await crashes()) >= CRASHES, 2_000_000);
    let states: string[] = [];
    await box.until(
      'all services at rest, nothing else left',
      async () => {
        const { Processes } = (await box.container.top({ ps_args: '-eo pid,stat,args' })) as {
          Processes: string[][];
        };
        states = Processes.map(([, state = '']) => state);
        return states.length === 2 + 2 * SERVICES;
      },
      60_000,
    );
    t.deepEqual(
      states.filter((state) => state.startsWith('Z')),
      [],
    );
    const after = await held(box);
    t.is(after.descriptors, before.descriptors);
    t.is(after.data, before.data);
    // Pages of the program itself may still come in; memory that each crash cost would be hundreds of kB.
    t.true(after.resident - before.resident <= 32, JSON.stringify([before, after]));
    const done = await crashes();
    await record(t, 'crashes', done);
    await record(t, 'orphans', done * ORPHANS_EACH);
    await record(t, 'PID 1 before: descriptors, VmData, RSS in kB', Object.values(before).join(' '));
    await record(t, 'PID 1 after', Object.values(after).join(' '));
    await box.signal('TERM');
    t.is((await box.end()).exitCode, 0);
  });
});
