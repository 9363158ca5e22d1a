import test, { type ExecutionContext } from 'ava';
import { readFile } from 'node:fs/promises';
import { runContainer, withContainer, type Box } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { buildImage } from '../harness/images.js';
import { releaseTarball } from '../harness/release.js';
import { busyboxBinary } from '../harness/roots.js';
import { tarOf } from '../harness/tarball.js';
import { overlaidBusybox } from './overlaid-busybox.js';

/** The command lines of all processes, once they are the `expected` ones: before, some are still scripts on their way to exec. */
async function atRest(t: ExecutionContext, box: Box, expected: readonly RegExp[]): Promise<void> {
  let seen: string[] = [];
  await box
    .until('only these processes', async () => {
      seen = (await box.processes()).map(({ args }) => args).sort();
      return (
        seen.length === expected.length &&
        expected.every((pattern) => seen.some((args) => pattern.test(args)))
      );
    })
    .catch(() => undefined);
  t.is(seen.length, expected.length, seen.join('\n'));
  for (const pattern of expected)
    t.true(
      seen.some((args) => pattern.test(args)),
      `${String(pattern)} in\n${seen.join('\n')}`,
    );
}

const INIT = /^\/?init\b|s6-overlay-init/;
const SVSCAN = /s6-svscan\b/;

test('with a CMD: /init, s6-svscan, the CMD', async (t) => {
  await withContainer({ image: await overlaidBusybox(), cmd: ['sleep', '1000'] }, async (box) => {
    await box.says('[services.d] done.');
    await atRest(t, box, [INIT, SVSCAN, /^sleep 1000$/]);
    t.is(
      (await box.exec(['sh', '-c', "tr '\\0' ' ' </proc/1/cmdline"])).stdout.trim().split(' ')[0],
      '/init',
    );
  });
});

test('without one: /init and s6-svscan', async (t) => {
  await withContainer({ image: await overlaidBusybox() }, async (box) => {
    await box.says('[services.d] done.');
    await atRest(t, box, [INIT, SVSCAN]);
  });
});

test('a service adds its supervisor and itself, a logger two more', async (t) => {
  const files = {
    '/etc/services.d/s/run': '#!/bin/sh\nexec sleep 1000\n',
    '/etc/services.d/s/log/run': '#!/bin/sh\nexec logutil-service /var/log/s\n',
  };
  await withContainer({ image: await overlaidBusybox(), files }, async (box) => {
    await box.says('[services.d] done.');
    await atRest(t, box, [
      INIT,
      SVSCAN,
      /s6-supervise s$/,
      /^sleep 1000$/,
      /s6-supervise s\/log$/,
      /^s6-log /,
    ]);
  });
});

test('scratch: the same three, with nothing else in the image', async (t) => {
  const dockerfile =
    'FROM scratch\nADD s6-overlay-amd64.tar.gz /\nADD program.tar /\nENTRYPOINT ["/init"]\nCMD ["/busybox", "sleep", "1000"]\n';
  const image = await buildImage(await engine(), 'scratch-sleep', dockerfile, {
    '/s6-overlay-amd64.tar.gz': await readFile(await releaseTarball()),
    '/program.tar': tarOf({ '/busybox': { text: busyboxBinary(), mode: 0o755 } }),
  });
  await withContainer({ image }, async (box) => {
    await box.says('[services.d] done.');
    await atRest(t, box, [INIT, SVSCAN, /^\/busybox sleep 1000$/]);
    await box.signal('TERM');
    t.is((await box.end()).exitCode, 143);
  });
});

test('the CMD has exactly the environment that it would have without us, but for /command at the end of PATH', async (t) => {
  const image = await overlaidBusybox();
  const options = {
    image,
    cmd: ['cat', '/proc/self/environ'],
    env: { A: '', B: 'two\nlines\n', 'C.D': 'dot', Z: ' blanks ', UTF: 'ü€', BIG: 'x'.repeat(100_000) },
  };
  const sorted = (text: string): string[] => text.split('\0').sort();
  const [ours, plain] = [await runContainer(options), await runContainer({ ...options, entrypoint: [] })];
  t.is(ours.exitCode, 0, ours.stderr);
  t.deepEqual(
    sorted(ours.stdout),
    sorted(plain.stdout).map((line) => (line.startsWith('PATH=') ? `${line}:/command` : line)),
  );
});

test('the work area: modes, both names, one file a variable', async (t) => {
  const look = `cd /var/run/s6 && stat -c "%a %n" . container_environment container_environment/SECRET &&
    readlink -f /var/run/s6/services && readlink -f /run/service && cat container_environment/SECRET`;
  const ended = await runContainer({
    image: await overlaidBusybox(),
    cmd: ['sh', '-c', look],
    env: { SECRET: 'no newline' },
  });
  t.is(
    ended.stdout,
    '755 .\n755 container_environment\n644 container_environment/SECRET\n/run/s6/services\n/run/s6/services\nno newline',
    ended.stderr,
  );
});
