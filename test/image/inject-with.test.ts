import test from 'ava';
import { S6tsError } from '../../src/base/error.js';
import { runContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { imageOf } from '../harness/images.js';
import { releaseTarball } from '../harness/release.js';
import { busyboxRoot } from '../harness/roots.js';
import { injecting, statIn, temporaryFolder } from './injecting.js';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

test('--with syslog: one layer, /dev/log works; an upgrade keeps it, and stacks nothing', async (t) => {
  const used = await engine();
  const cmd = 'logger hello; until grep -h hello /var/log/socklog/user/current; do :; done';
  const image = await imageOf(used, 'with-syslog', busyboxRoot(), [`CMD ["sh", "-c", "${cmd}"]`]);
  const { target, ...first } = await injecting(t, used, image, { with: ['syslog'] });
  t.deepEqual(
    first.with.map(({ name }) => name),
    ['syslog'],
  );
  t.regex((await runContainer({ image: target.name })).stdout, /user\.notice: .*hello\n$/);
  const inspect = async (name: string) => used.docker.getImage(name).inspect();
  t.is((await inspect(target.name)).Config.Labels['s6ts.with'], 'syslog');
  // Nothing of it stands in /dev or /var/log, and /etc is as it was.
  t.deepEqual(await statIn(target.name, '/etc', '/var/log'), await statIn(image, '/etc', '/var/log'));

  const again = await injecting(t, used, target.name);
  t.deepEqual([again.target, again.upgraded], [{ ...target, id: again.target.id }, 's6ts']);
  t.deepEqual(again.layer, first.layer);
  const layersOf = async (name: string): Promise<readonly string[]> =>
    (await inspect(name)).RootFS.Layers ?? [];
  t.deepEqual(await layersOf(target.name), [...(await layersOf(image)), first.layer.diffId]);
  const without = await injecting(t, used, image, { target: `${image}-plain` });
  t.deepEqual(without.with, []);
  t.false('s6ts.with' in (await inspect(`${image}-plain`)).Config.Labels);
});

test('a release without the add-on is refused by its name, before anything is stored', async (t) => {
  const used = await engine();
  const folder = await temporaryFolder(t);
  await copyFile(await releaseTarball(), join(folder, 's6-overlay-amd64.tar.gz'));
  const image = await imageOf(used, 'with-none', busyboxRoot(), ['CMD ["true"]']);
  const error = await t.throwsAsync(injecting(t, used, image, { with: ['syslog'], release: folder }), {
    instanceOf: S6tsError,
  });
  t.regex(error.message, /s6-overlay-syslog-amd64\.tar\.gz/);
  t.regex(error.hint ?? '', /build-release/);
});
