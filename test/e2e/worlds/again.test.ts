import test from 'ava';
import { randomUUID } from 'node:crypto';
import { runContainer, withContainer, type Box } from '../../harness/container.js';
import { engine } from '../../harness/engine.js';
import { overlaidBusybox } from '../overlaid-busybox.js';
import { judgeCmd, judgeFinish, optionsOf } from './columns.js';
import { columnFiles } from './images.js';
import { CODE, cmdScript, FINISH, REPORT, type World } from './world.js';

const PLAIN: World = { options: {}, holds: ':' };

/** Lives that are ended from outside: three by `docker restart`, one by a KILL. The fifth ends by itself. */
const LIVES = 4;

/** sh: counts this life; only the last goes on to what follows. */
const countLife = `n=$(cat /lives 2>/dev/null || echo 0); echo $((n+1)) >/lives; [ $n -ge ${LIVES} ]`;

/** True once this life is counted. */
const isCounted = async (box: Box, life: number): Promise<boolean> =>
  (await box.exec(['cat', '/lives'])).stdout.trim() === String(life);

/** Goes through all lives. `alive` knows when one has got as far as it should. */
async function liveThrough(box: Box, alive: (life: number) => Promise<boolean>): Promise<number> {
  for (let life = 1; life <= LIVES; life += 1) {
    await box.until(`life ${life}`, () => alive(life));
    if (life < LIVES) await box.container.restart({ t: 10 });
  }
  await box.signal('KILL');
  await box.container.wait();
  await box.container.start();
  return ((await box.container.wait()) as { StatusCode: number }).StatusCode;
}

/** All that its lives have printed. The stream of the first life ended with it. */
async function logOf(box: Box, stream: 'stdout' | 'stderr'): Promise<string> {
  const raw = await box.container.logs({
    stdout: stream === 'stdout',
    stderr: stream === 'stderr',
  });
  let text = '';
  for (let at = 0; at < raw.length; at += 8 + raw.readUInt32BE(at + 4)) {
    text += raw.subarray(at + 8, at + 8 + raw.readUInt32BE(at + 4)).toString();
  }
  return text;
}

const count = (text: string, part: string): number => text.split(part).length - 1;

test('docker restart three times, KILL, start: each life of a CMD is like the first', async (t) => {
  const [report, exit] = [cmdScript(PLAIN).replace(/\nexit \d+$/, ''), `exit ${CODE.cmd}`];
  const cmd = ['sh', '-c', `${report}; ${countLife} || exec sleep 1000; ${exit}`];
  await withContainer({ ...(await optionsOf(PLAIN, 'cmd')), cmd }, async (box) => {
    const alive = async (life: number): Promise<boolean> =>
      count(await logOf(box, 'stdout'), REPORT) === life && (await isCounted(box, life));
    const exitCode = await liveThrough(box, alive);
    const stdout = await logOf(box, 'stdout');
    t.is(exitCode, CODE.cmd, stdout);
    t.is(stdout, REPORT.repeat(LIVES + 1));
    t.notRegex(await logOf(box, 'stderr'), /s6-overlay-init:/);
  });
});

test('docker restart three times, KILL, start: then a finish script ends it', async (t) => {
  const files = { '/etc/services.d/s/run': `#!/bin/sh\n${countLife} || exec sleep 1000\n` };
  await withContainer({ ...(await optionsOf(PLAIN, 'finish')), files }, async (box) => {
    // v1's code is that of one life: what an earlier one has written must not be taken for it.
    const exitCode = await liveThrough(box, (life) => isCounted(box, life));
    t.is(exitCode, CODE.finish, await logOf(box, 'stderr'));
    // Not the one that was killed.
    t.is(await logOf(box, 'stdout'), FINISH.repeat(LIVES));
  });
});

/** Commits a container in which all runs, and gives the image to `body`. */
async function committed(user: string, body: (image: string) => Promise<void>): Promise<void> {
  const options = {
    image: await overlaidBusybox(),
    user,
    env: { WHO: 'an earlier life' },
    files: columnFiles('cmd'),
  };
  const name = `s6ts-test/committed:${randomUUID()}`;
  await withContainer({ ...options, cmd: ['sleep', '1000'] }, async (box) => {
    await box.says('[services.d] done.');
    await box.exec(['sh', '-c', 'echo 77 >/run/s6/env-stage3/S6_STAGE2_EXITED']);
    const [repo = '', tag = ''] = name.split(':');
    await box.container.commit({ repo, tag });
  });
  try {
    await body(name);
  } finally {
    await (await engine()).docker.getImage(name).remove({ force: true });
  }
}

for (const user of ['0', '1000']) {
  test(`an image committed from a live container of uid ${user}: its leftovers do not matter`, async (t) => {
    await committed(user, async (image) => {
      const world: World = { ...PLAIN, options: { user } };
      const cmd = ['sh', '-c', cmdScript(world)];
      judgeCmd(t, world, await runContainer({ ...(await optionsOf(world, 'cmd')), image, cmd }));
      const files = columnFiles('finish');
      const finish = { ...(await optionsOf(world, 'finish')), image, files, cmd: [] };
      judgeFinish(t, world, await runContainer(finish));
    });
  });
}

test('an image committed as root, run as another user: refused with the cure, which works', async (t) => {
  await committed('0', async (image) => {
    const options = { image, user: '1000', cmd: ['echo', 'CMD'] };
    const refused = await runContainer(options);
    t.deepEqual([refused.exitCode, refused.stdout], [111, ''], refused.transcript);
    // Plain `--tmpfs /run/s6` would take over the image's mode and owner, which are root's by now.
    const [, path = '', how = ''] = /--tmpfs ([^ :]+):(\S+)/.exec(refused.stderr) ?? [];
    t.is(path, '/run/s6', refused.transcript);
    const cured = await runContainer({ ...options, tmpfs: { [path]: how } });
    t.deepEqual([cured.exitCode, cured.stdout], [0, 'CMD\n'], cured.transcript);
  });
});
