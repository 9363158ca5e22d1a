import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { eject } from '../../src/image/eject.js';
import { inspect } from '../../src/image/inspect.js';
import { runContainer, withContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { imageOf } from '../harness/images.js';
import { releaseFolder } from '../harness/release.js';
import { busyboxRoot } from '../harness/roots.js';
import { jsonOf, s6ts } from '../harness/s6ts.js';
import type { Files } from '../harness/tarball.js';
import { injecting, statIn, storeContext, temporaryFolder } from './injecting.js';
import { descriptorIn, forget, layoutOf, plainImage } from './layouts.js';

/** What `inject` is asked to add, nothing by default. */
const NOTHING = { services: [], env: [] };

/** A folder on disk; scripts are executable. */
async function folderOf(t: ExecutionContext, files: Files): Promise<string> {
  const root = join(await temporaryFolder(t), 'root');
  await mkdir(root);
  for (const [path, spec] of Object.entries(files)) {
    const place = join(root, path);
    await mkdir(dirname(place), { recursive: true });
    if (typeof spec === 'string') {
      await writeFile(place, spec);
      await chmod(place, spec.startsWith('#!') ? 0o755 : 0o644);
    } else if ('link' in spec) await symlink(spec.link, place);
    else if ('folder' in spec) {
      await mkdir(place, { recursive: true });
      await chmod(place, spec.folder);
    } else if ('text' in spec) {
      await writeFile(place, spec.text);
      await chmod(place, spec.mode ?? 0o644);
    }
  }
  return root;
}

for (const via of ['load', 'commit'] as const) {
  test(`a second process, files, variables and a CMD, by ${via}; an upgrade keeps them, others replace them`, async (t) => {
    const used = await engine();
    const image = await imageOf(used, 'added', { ...busyboxRoot(), '/etc/own': { text: 'x' } }, [
      'ENV TZ=old OTHER=1',
      'CMD ["true"]',
    ]);
    const files = await folderOf(t, {
      'etc/cont-init.d/10-hello': '#!/bin/sh\necho "hello" >&2\n',
      'srv/data': { folder: 0o2770 },
      'srv/data/odd': { text: 'odd', mode: 0o4711 },
      'srv/link': { link: '../etc/own' },
      'tmp/in': 'in',
    });
    const add = {
      services: ['tick=sh -c "echo tick; exec sleep 1000"', 'env=echo $TZ > /dev/stderr; exec sleep 1000'],
      files,
      env: ['TZ=Europe/Berlin', 'S6_CMD_WAIT_FOR_SERVICES=1'],
      cmd: 'sh -c "until [ -e /run/service/tick ]; do :; done; cat /srv/link"',
    };
    const target = `added-${via}:1-s6`;
    const first = await injecting(t, used, image, { add, via, target });
    t.deepEqual(first.added, {
      services: ['env', 'tick'],
      files: 6,
      env: ['TZ', 'S6_CMD_WAIT_FOR_SERVICES'],
      cmd: ['sh', '-c', 'until [ -e /run/service/tick ]; do :; done; cat /srv/link'],
    });
    const check = async (name: string): Promise<void> => {
      await withContainer({ image: name, cmd: ['sleep', '1000'] }, async (box) => {
        await box.says(/hello\n/);
        await box.says(/tick\n/);
        await box.says(/Europe\/Berlin\n/);
        await box.signal('TERM');
        await box.end();
      });
      t.is((await runContainer({ image: name })).stdout.replace('tick\n', ''), 'x');
    };
    await check(target);
    t.deepEqual(await statIn(target, '/srv/data', '/srv/data/odd', '/srv/link', '/tmp', '/etc'), [
      '2770 0:0 directory',
      '4711 0:0 regular file',
      '777 0:0 symbolic link',
      ...(await statIn(image, '/tmp', '/etc')),
    ]);
    const config = async (name: string) => (await used.docker.getImage(name).inspect()).Config;
    t.deepEqual((await config(target)).Env, [
      ...(await config(image)).Env.filter((line) => line.startsWith('PATH')),
      'TZ=Europe/Berlin',
      'OTHER=1',
      'S6_CMD_WAIT_FOR_SERVICES=1',
    ]);
    const layers = async (name: string) => (await used.docker.getImage(name).inspect()).RootFS.Layers ?? [];
    t.is((await layers(target)).length, 3);

    const again = await injecting(t, used, target, { target: `added-${via}:again-s6` });
    t.deepEqual(again.added, first.added);
    t.deepEqual((await layers(again.target.name)).length, 3);
    await check(again.target.name);
    const other = await injecting(t, used, target, {
      add: { ...NOTHING, services: ['tick=sleep 1'] },
      via,
      target: `added-${via}:other`,
    });
    t.deepEqual(other.added, { services: ['tick'], files: 1, env: [], cmd: null });
    t.deepEqual((await config(other.target.name)).Cmd, ['true']);
    t.deepEqual((await layers(other.target.name)).length, 3);
    const context = storeContext(used.address, await temporaryFolder(t));
    const back = await eject({ image: target, target: `added-${via}:back` }, context);
    t.like(back, { kind: 'ejected', sameness: 'bytes', target: { id: first.source.id } });
  });
}

test('in a layout: the very manifest comes back, with the original gone; without files there is no layer', async (t) => {
  const folder = await layoutOf(t, {
    '1': plainImage(
      { ...busyboxRoot(), '/var/run': { link: '/run' } },
      { Env: ['A=1'], Cmd: ['true'], Labels: null },
    ),
  });
  const { digest } = await descriptorIn(folder, '1');
  const add = { services: ['web=httpd -f'], env: ['A=2', 'B=3'], cmd: 'echo "a b"' };
  const context = storeContext('none', await temporaryFolder(t));
  for (const [name, added, layers] of [
    ['all', add, 3],
    ['env', { ...add, services: [] }, 2],
  ] as const) {
    const report = await injecting(t, { address: 'none' }, `oci:${folder}:1`, {
      add: added,
      target: `oci:${folder}:${name}-s6`,
    });
    t.deepEqual(report.after.cmd, ['echo', 'a b']);
    t.deepEqual(report.before.cmd, ['true']);
    const [held] = (await inspect(report.target.name, context)).images;
    t.deepEqual(held?.injected?.added, report.added);
    t.is(held?.files.services.length, layers - 2);
    // An upgrade leaves the layer of the additions alone.
    const again = await injecting(t, { address: 'none' }, report.target.name);
    t.deepEqual(again.target, report.target);
  }
  await forget(folder, digest);
  for (const name of ['all', 'env']) {
    const report = await eject({ image: `oci:${folder}:${name}-s6` }, context);
    t.like(report, { kind: 'ejected', sameness: 'bytes', target: { id: digest } }, name);
  }
});

test('what would not work is refused with exit code 1 and all of its faults, and nothing is stored', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'added-bad', busyboxRoot(), ['CMD ["true"]']);
  const files = await folderOf(t, {
    'etc/services.d/web/run': 'echo no interpreter line\n',
    'etc/cont-init.d/10-bash': '#!/bin/bash\n',
    'etc/cont-init.d/20-warned': '#!/usr/bin/with-contenv sh\ns6-setuidgid nosuch true\n',
    'etc/fix-attrs.d/01-own': '/data true nosuch 0640 0750\n',
  });
  const env = { DOCKER_HOST: used.address, HOME: await temporaryFolder(t) };
  const args = [
    'inject',
    image,
    '--files',
    files,
    '--release',
    await releaseFolder(),
    '--tag',
    'added-bad:s6',
  ];
  const refused = await s6ts(args, env);
  t.is(refused.code, 1, refused.stderr);
  t.regex(refused.stdout, /error: \/etc\/cont-init\.d\/10-bash:1 needs \/bin\/bash, which the image lacks/);
  t.regex(refused.stdout, /error: \/etc\/fix-attrs\.d\/01-own:1 names the account nosuch/);
  t.regex(refused.stdout, /error: \/etc\/services\.d\/web\/run:1 has no #! line/);
  t.regex(refused.stdout, /warning: \/etc\/cont-init\.d\/20-warned:2 names the account nosuch/);
  await t.throwsAsync(used.docker.getImage('added-bad:s6').inspect());
  const json = jsonOf(await s6ts([...args, '--json'], env)) as { images: { findings: unknown[] }[] };
  t.is(json.images[0]?.findings.length, 5);

  const warned = await injecting(t, used, image, {
    add: { ...NOTHING, services: ['a=sleep 1; sleep 2'], env: ['S6_KILL_GRACETIM=x', 'S6_KILL_GRACETIME=x'] },
    target: 'added-warned:s6',
  });
  t.regex(warned.warnings.join('\n'), /^\/etc\/services\.d\/a\/run\S* .*does not exec its program/m);
  t.regex(warned.warnings.join('\n'), /knows no S6_KILL_GRACETIM: is it S6_KILL_GRACETIME\?/);
  t.regex(warned.warnings.join('\n'), /S6_KILL_GRACETIME=x is no number/);
});

test('files go through the links of the image; what would hide or take ours is refused', async (t) => {
  const root: Files = {
    '/conf': { folder: 0o700, uid: 7 },
    '/conf/services.d/own/run': '#!/bin/sh\n',
    '/etc': { link: 'conf' },
    '/file': '',
  };
  const folder = await layoutOf(t, { '1': plainImage(root, { Cmd: ['/x'] }) });
  const asked = async (files: Files, services: readonly string[] = []) =>
    injecting(t, { address: 'none' }, `oci:${folder}:1`, {
      add: { ...NOTHING, services, files: await folderOf(t, files) },
      target: `oci:${folder}:2`,
    });
  await asked({ 'etc/app/x': 'x', file: 'new' });
  for (const [files, services] of [
    [{ init: 'x' }, []],
    [{ 'command/x': 'x' }, []],
    [{ conf: 'x' }, []],
    [{ 'file/x': 'x' }, []],
    [{ 'etc/x': 'x', 'conf/x': 'x' }, []],
    [{}, ['own=true']],
  ] as const) {
    await t.throwsAsync(asked(files, services), { code: 'image-path' }, JSON.stringify(files));
  }
  await t.throwsAsync(asked({ 'a/.wh.b': '' }), { code: 'additions-invalid' });
  await t.throwsAsync(asked({ 'etc/services.d/a/run': '#!/x' }, ['a=true']), { code: 'usage' });
});
