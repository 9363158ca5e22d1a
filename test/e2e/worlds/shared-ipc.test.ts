import test from 'ava';
import { runContainer, withContainer, type Box, type ContainerOptions } from '../../harness/container.js';
import { overlaidBusybox } from '../overlaid-busybox.js';
import { COLUMNS } from './columns.js';

/** A container of a pod that needs the pod's /dev/shm, with a secret. */
const FIRST = { readOnly: true, cmd: ['sleep', '1000'], env: { SECRET: 'of the first' } };

/** The first is as it was: its own environment, its stop still heard. */
async function unharmed(box: Box): Promise<{ secret: string; exitCode: number }> {
  const secret = (await box.exec(['with-contenv', 'sh', '-c', 'echo $SECRET'])).stdout.trim();
  await box.exec(['s6-svscanctl', '-t', '/run/s6/services']);
  return { secret, exitCode: (await box.end()).exitCode };
}

const UNHARMED = { secret: 'of the first', exitCode: 143 };

/** Runs a first container as that user, and `body` with what puts others beside it. */
async function pod(
  user: string,
  body: (first: Box, beside: Pick<ContainerOptions, 'image' | 'host'>) => Promise<void>,
): Promise<void> {
  const image = await overlaidBusybox();
  await withContainer({ ...FIRST, image, user, host: { IpcMode: 'shareable' } }, async (box) => {
    await box.says('[services.d] done.');
    await body(box, { image, host: { IpcMode: `container:${box.container.id}` } });
  });
}

// Serial, all of them: each holds one of the few places for containers while it asks for a second.
for (const [first, second] of [
  ['0', '0'],
  ['0', '1000'],
  ['1000', '0'],
  ['1000', '2000'],
] as const) {
  test.serial(`two read-only containers of one IPC namespace, uids ${first} and ${second}`, async (t) => {
    await pod(first, async (box, beside) => {
      const refused = await runContainer({ ...beside, readOnly: true, user: second, cmd: ['echo', 'CMD'] });
      t.deepEqual([refused.exitCode, refused.stdout], [111, ''], refused.transcript);
      t.regex(refused.stderr, new RegExp(`/dev/shm/s6[^]*--tmpfs /run/s6:uid=${second} `));
      const tmpfs = { '/run/s6': `uid=${second}` };
      const cured = { readOnly: true, user: second, tmpfs, host: beside.host ?? {} };
      const holds = `[ "$(stat -c %u /dev/shm/s6)" = ${first} ] && ! [ -e /run/s6/container_environment/SECRET ]`;
      for (const cross of Object.values(COLUMNS)) await cross(t, { options: cured, holds });
      t.deepEqual(await unharmed(box), UNHARMED);
    });
  });
}

test.serial('two read-only containers of one IPC namespace, the second with a tmpfs on /run', async (t) => {
  await pod('0', async (box, { host = {} }) => {
    const options = { readOnly: true, tmpfs: { '/run': '' }, host };
    for (const cross of Object.values(COLUMNS)) await cross(t, { options, holds: '[ -d /dev/shm/s6 ]' });
    t.deepEqual(await unharmed(box), UNHARMED);
  });
});

const READ_SECRET = ['cat', '/dev/shm/s6/container_environment/SECRET'];

test.serial(
  'in /dev/shm, the environment of a container that isn’t root’s is closed to other users of the pod',
  async (t) => {
    await pod('1000', async (box, beside) => {
      const spy = await runContainer({ ...beside, entrypoint: READ_SECRET, cmd: [], user: '2000' });
      t.deepEqual([spy.exitCode, spy.stdout], [1, ''], spy.transcript);
      t.regex(spy.stderr, /Permission denied/);
      t.deepEqual(await unharmed(box), UNHARMED);
    });
  },
);

test.serial('leftovers that were open to all are closed', async (t) => {
  const image = await overlaidBusybox();
  const stale =
    'mkdir -m 0777 /dev/shm/s6 && mkdir -m 0777 /dev/shm/s6/container_environment && exec /init "$@"';
  const look = 'stat -c "%a %n" /dev/shm/s6; stat -c "%a %n" /run/s6/container_environment/SECRET';
  const options = { ...FIRST, image, user: '1000', entrypoint: ['sh', '-c', stale, 'sh'] };
  const ended = await runContainer({ ...options, cmd: ['sh', '-c', look] });
  t.is(ended.stdout, '700 /dev/shm/s6\n644 /run/s6/container_environment/SECRET\n', ended.transcript);
});

test.serial('as root it is open, there too: services that have dropped root read it', async (t) => {
  await pod('0', async (box) => {
    const dropped = ['s6-setuidgid', 'nobody', 'with-contenv', 'sh', '-c', 'id -u; echo $SECRET'];
    t.is((await box.exec(dropped)).stdout, '65534\nof the first\n');
    t.deepEqual(await unharmed(box), UNHARMED);
  });
});

test.serial(
  'an ended container leaves nothing in the pod’s /dev/shm: no secret, and room for another user',
  async (t) => {
    const image = await overlaidBusybox();
    const pause = { image, entrypoint: ['sleep'], cmd: ['1000'], host: { IpcMode: 'shareable' } };
    await withContainer(pause, async (box) => {
      const host = { IpcMode: `container:${box.container.id}` };
      for (const user of ['0', '1000', '2000']) {
        const ended = await runContainer({ ...FIRST, image, host, user, cmd: ['echo', 'CMD'] });
        t.deepEqual([ended.exitCode, ended.stdout], [0, 'CMD\n'], ended.transcript);
        t.is((await box.exec(['ls', '-A', '/dev/shm'])).stdout, '');
      }
    });
  },
);
