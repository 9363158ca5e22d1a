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
        t.regex(second.stderr, /\/run\/s6: another \/init uses it[^]*--tmpfs \/run\/s6:uid=0 /);
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
