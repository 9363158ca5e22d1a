import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { withContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { buildImage } from '../harness/images.js';
import { busyboxRoot } from '../harness/roots.js';
import { s6ts } from '../harness/s6ts.js';
import { realSkaware, skawareRelease } from '../harness/skaware.js';
import { tarOf } from '../harness/tarball.js';

test('SKAWARE_SOURCE=file:///…: a release of static programs is built, and boots', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 's6ts-prebuilt-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const [name, bytes] of await skawareRelease()) await writeFile(join(folder, name), bytes);
  const out = join(folder, 'out');
  const env = { HOME: folder, SKAWARE_SOURCE: `file://${folder}`, S6TS_MIRROR: 'http://127.0.0.1:1/none' };
  const built = await s6ts(['build-release', '--arch', 'amd64', '--no-sign', '--out', out], env);
  t.is(built.code, 0, built.stderr);
  const frozen = await s6ts(['build-release', '--arch', 'amd64', '--no-sign', '--frozen', '--out', out], env);
  t.is(frozen.code, 2);
  t.regex(frozen.stderr, /--frozen allows only what the lock pins/);

  const image = await buildImage(
    await engine(),
    'prebuilt',
    'FROM scratch\nADD base.tar /\nADD real.tar /\nADD s6-overlay-amd64.tar.gz /\nENTRYPOINT ["/init"]\n',
    {
      '/base.tar': tarOf(busyboxRoot()),
      '/real.tar': tarOf((await realSkaware()).files),
      '/s6-overlay-amd64.tar.gz': await readFile(join(out, 's6-overlay-amd64.tar.gz')),
    },
  );
  const files = {
    '/etc/cont-init.d/one': '#!/usr/bin/execlineb -P\nforeground { s6-echo "init by execline" } true\n',
    '/etc/services.d/s/run': '#!/bin/sh\necho "start $$" >>/tmp/starts; exec sleep 1000\n',
    '/etc/services.d/s/log/run': '#!/bin/sh\nexec logutil-service /var/log/s\n',
  };
  const cmd = [
    'sh',
    '-c',
    'until [ "$(wc -l </tmp/starts)" = 2 ]; do sleep 0.05; done 2>/dev/null; s6-test 1 -eq 1; exit 3',
  ];
  await withContainer({ image, files, cmd }, async (box) => {
    await box.says('init by execline');
    await box.until('the service is up', async () =>
      (await box.exec(['s6-svstat', '/run/service/s'])).stdout.startsWith('up'),
    );
    await box.exec(['s6-svc', '-k', '/run/service/s']);
    t.is((await box.end()).exitCode, 3);
  });
});
