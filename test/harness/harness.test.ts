import test from 'ava';
import { runContainer, withContainer } from './container.js';
import { engine } from './engine.js';
import { imageOf } from './images.js';
import { busyboxRoot } from './roots.js';

const image = async (): Promise<string> => imageOf(await engine(), 'busybox', busyboxRoot(), ['CMD ["sh"]']);

test('a container gives its exit code and each stream for itself', async (t) => {
  const ended = await runContainer({
    image: await image(),
    cmd: ['sh', '-c', 'echo out; echo err >&2; exit 9'],
  });
  t.is(ended.exitCode, 9);
  t.is(ended.stdout, 'out\n');
  t.is(ended.stderr, 'err\n');
});

test('stdin, environment, working folder and files reach it', async (t) => {
  const ended = await runContainer({
    image: await image(),
    cmd: ['sh', '-c', 'cat; echo "$A"; pwd; cat /data/sub/f; stat -c "%a %u:%g" /data/sub/f'],
    stdin: 'typed\n',
    env: { A: 'two\nlines' },
    workdir: '/tmp',
    files: { '/data/sub/f': { text: 'file\n', mode: 0o640, uid: 33, gid: 4 } },
  });
  t.is(ended.stdout, 'typed\ntwo\nlines\n/tmp\nfile\n640 33:4\n');
});

test('a signal is sent once the output matches', async (t) => {
  const ended = await runContainer({
    image: await image(),
    cmd: ['sh', '-c', 'trap "exit 7" USR1; echo up; while :; do sleep 0.05; done'],
    signals: [{ when: 'up\n', signal: 'USR1' }],
  });
  t.is(ended.exitCode, 7);
});

test('a live container can be asked, and its files read after its end', async (t) => {
  await withContainer({ image: await image(), cmd: ['sh'], openStdin: true }, async (box) => {
    const asked = await box.exec(['sh', '-c', 'id -u; exit 4'], { user: 'nobody' });
    t.deepEqual([asked.exitCode, asked.stdout], [4, '65534\n']);
    t.deepEqual(
      (await box.processes()).map(({ args }) => args),
      ['sh'],
    );
    box.write('echo made > /tmp/made; exit 3\n');
    t.is((await box.end()).exitCode, 3);
    t.is(await box.text('/tmp/made'), 'made\n');
    t.is((await box.read('/tmp')).get('')?.mode, 0o1777);
  });
});

test('a container that does not end, or does not say what is waited for, is an error with its output', async (t) => {
  const looping = { image: await image(), cmd: ['sh', '-c', 'echo here; exec sleep 1000'], limitMs: 1500 };
  await t.throwsAsync(runContainer(looping), { message: /still running after 1500 ms:\nhere/ });
  const silent = { image: await image(), cmd: ['true'], signals: [{ when: 'never', signal: 'TERM' }] };
  await t.throwsAsync(runContainer(silent), { message: /never said never \(it has ended\)/ });
});
