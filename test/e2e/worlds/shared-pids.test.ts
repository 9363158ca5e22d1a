import test from 'ava';
import { withContainer, type Box } from '../../harness/container.js';
import { overlaidBusybox } from '../overlaid-busybox.js';
import { COLUMNS } from './columns.js';
import type { World } from './world.js';

const BYSTANDER = { entrypoint: ['sleep'], cmd: ['1000'] };

/** Shared PID namespaces, as pods and `docker run --pid` make them: /init is not PID 1, and others are in reach. */
const SHARED: Readonly<Record<string, (bystander: Box) => string>> = {
  '--pid host': () => 'host',
  '--pid container:ID': (bystander) => `container:${bystander.container.id}`,
};

// Serial: each holds one of the few places for containers while it asks for a second.
for (const [name, pidMode] of Object.entries(SHARED)) {
  for (const [title, cross] of Object.entries(COLUMNS)) {
    test.serial(`${name}: ${title}, and a bystander survives`, async (t) => {
      await withContainer({ image: await overlaidBusybox(), ...BYSTANDER }, async (bystander) => {
        const world: World = {
          options: { host: { PidMode: pidMode(bystander) } },
          holds: '[ $PPID -ne 1 ] && pidof sleep >/dev/null',
        };
        await cross(t, world);
        t.true(((await bystander.container.inspect()).State as { Running: boolean }).Running);
      });
    });
  }
}

test.serial('--pid container:ID: a stop leaves none of its processes there', async (t) => {
  const files = { '/etc/services.d/s/run': '#!/bin/sh\nsleep 2000 & exec sleep 3000\n' };
  const image = await overlaidBusybox();
  await withContainer({ image, ...BYSTANDER }, async (bystander) => {
    const host = { PidMode: `container:${bystander.container.id}` };
    const sleepers = async (): Promise<number> =>
      (await bystander.exec(['pidof', 'sleep'])).stdout.trim().split(' ').length;
    await withContainer({ image, files, host, cmd: ['sleep', '4000'] }, async (box) => {
      await box.until('all four run', async () => (await sleepers()) === 4);
      await box.signal('TERM');
      t.is((await box.end()).exitCode, 143);
    });
    t.is(await sleepers(), 1);
  });
});
