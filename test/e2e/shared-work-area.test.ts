import test from 'ava';
import { randomUUID } from 'node:crypto';
import { engine } from '../harness/engine.js';
import { runContainer, withContainer, type Box } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

/** The first is as it was: its own environment, its stop still heard. */
async function unharmed(box: Box): Promise<{ who: string; exitCode: number }> {
  const who = (await box.exec(['with-contenv', 'sh', '-c', 'echo $WHO'])).stdout.trim();
  await box.exec(['s6-svscanctl', '-t', '/run/s6/services']);
  return { who, exitCode: (await box.end()).exitCode };
}

const FIRST = { cmd: ['sleep', '1000'], env: { WHO: 'first' } };

// Serial: each holds one of the few places for containers while it asks for a second.
test.serial(
  'two containers with one volume on /run/s6: the second is refused, the first not harmed',
  async (t) => {
    const image = await overlaidBusybox();
    const volume = `s6ts-test-${randomUUID()}`;
    const host = { Binds: [`${volume}:/run/s6`] };
    try {
      await withContainer({ image, ...FIRST, host }, async (box) => {
        await box.says('[services.d] done.');
        const second = await runContainer({ image, cmd: ['echo', 'CMD'], env: { WHO: 'second' }, host });
        t.deepEqual([second.exitCode, second.stdout], [111, ''], second.transcript);
        t.regex(second.stderr, /\/run\/s6: another \/init uses it[^]*--tmpfs \/run\/s6/);
        t.deepEqual(await unharmed(box), { who: 'first', exitCode: 143 });
      });
    } finally {
      await (await engine()).docker.getVolume(volume).remove();
    }
  },
);

test.serial(
  'a second /init in the same container (docker exec) is refused, the first not harmed',
  async (t) => {
    await withContainer({ image: await overlaidBusybox(), ...FIRST }, async (box) => {
      await box.says('[services.d] done.');
      const second = await box.exec(['/init', 'echo', 'CMD']);
      t.deepEqual([second.exitCode, second.stdout], [111, ''], second.stderr);
      t.deepEqual(await unharmed(box), { who: 'first', exitCode: 143 });
    });
  },
);

for (const [first, second] of [
  ['0', '0'],
  ['0', '1000'],
  ['1000', '0'],
  ['1000', '2000'],
] as const) {
  test.serial(`two read-only containers of one IPC namespace, uids ${first} and ${second}`, async (t) => {
    const image = await overlaidBusybox();
    const options = { image, readOnly: true };
    const host = { IpcMode: 'shareable' };
    await withContainer({ ...options, ...FIRST, user: first, host }, async (box) => {
      await box.says('[services.d] done.');
      const shared = { IpcMode: `container:${box.container.id}` };
      const cmd = ['echo', 'CMD'];
      const refused = await runContainer({ ...options, cmd, user: second, host: shared });
      t.deepEqual([refused.exitCode, refused.stdout], [111, ''], refused.transcript);
      t.regex(refused.stderr, /\/dev\/shm\/s6[^]*--tmpfs \/run\/s6/);
      const tmpfs = { '/run/s6': '' };
      const cured = await runContainer({ ...options, cmd, user: second, host: shared, tmpfs });
      t.deepEqual([cured.exitCode, cured.stdout], [0, 'CMD\n'], cured.transcript);
      t.deepEqual(await unharmed(box), { who: 'first', exitCode: 143 });
    });
  });
}
