import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { inspect, type InspectReport } from '../../src/image/inspect.js';
import type { InspectedImage } from '../../src/image/inspect-image.js';
import { engine } from '../harness/engine.js';
import { buildImage, imageOf } from '../harness/images.js';
import { overlaidImage } from '../harness/overlaid.js';
import { busyboxRoot } from '../harness/roots.js';
import { jsonOf, s6ts } from '../harness/s6ts.js';
import type { Files } from '../harness/tarball.js';
import { injecting, storeContext, temporaryFolder } from './injecting.js';
import { addText, descriptorIn, layoutOf, plainImage } from './layouts.js';
import { MEDIA_TYPES } from '../../src/image/blob/media-type.js';

const run = promisify(execFile);

async function only(t: ExecutionContext, image: string, address = 'none'): Promise<InspectedImage> {
  const { images } = await inspect(image, storeContext(address, await temporaryFolder(t)));
  t.is(images.length, 1);
  const [first] = images;
  if (first === undefined) throw new Error(`${image} holds no image`);
  return first;
}

const V1: Files = { '/init': 'x', '/etc/s6/init/init-stage1': 'x' };
const V3: Files = {
  '/init': 'x',
  '/package/admin/s6-overlay': { link: 's6-overlay-3.2.0.2' },
  '/package/admin/s6-overlay-3.2.0.2': { folder: 0o755 },
  '/etc/s6-overlay/s6-rc.d/user/type': 'bundle\n',
  '/etc/s6-overlay/s6-rc.d/web/type': 'longrun\n',
};

for (const [name, files, run, init] of [
  ['s6-overlay v1', V1, { Entrypoint: ['/init'] }, { kind: 's6-overlay', version: '1' }],
  [
    's6-overlay v2',
    { ...V1, '/usr/bin/with-contenv-legacy': 'x' },
    { Cmd: ['/init', 'app'] },
    { kind: 's6-overlay', version: '2' },
  ],
  ['s6-overlay v3', V3, { Entrypoint: ['/init'] }, { kind: 's6-overlay', version: '3.2.0.2' }],
  ['an /init of nobody', { '/init': 'x' }, { Entrypoint: ['/init'] }, { kind: 'unknown', version: null }],
  ['tini', {}, { Entrypoint: ['/sbin/tini', '--', 'app'] }, { kind: 'tini', version: null }],
  ['dumb-init', {}, { Cmd: ['dumb-init', 'app'] }, { kind: 'dumb-init', version: null }],
  ['an overlay that is not started', V1, { Entrypoint: ['app'] }, { kind: 'none', version: null }],
] as const) {
  test(`the init of an image: ${name}`, async (t) => {
    const folder = await layoutOf(t, { '1': plainImage(files, run) });
    const found = await only(t, `oci:${folder}:1`);
    t.deepEqual(found.init, init);
    t.deepEqual([found.injected, found.before], [null, null]);
    t.deepEqual(found.files.s6Rc, name === 's6-overlay v3' ? ['web'] : []);
  });
}

const USER_FILES: Files = {
  '/etc/services.d/web/run': '#!/bin/sh\n',
  '/etc/services.d/web/log/run': '#!/bin/sh\n',
  '/etc/services.d/.hidden/run': '',
  '/etc/services.d/cron/run': '#!/bin/sh\n',
  '/etc/services.d/cron/essential': '',
  '/srv/init/20-b': '',
  '/srv/init/10-a': '',
  '/etc/cont-init.d': { link: '/srv/init' },
  '/etc/fix-attrs.d/01-own': '',
  '/etc/cont-finish.d/bye': '',
};

test('services and scripts are named, through links, out of the profile where there is one', async (t) => {
  const inProfile = { '/etc/cont-profile.d/small/services.d/one/run': '' };
  const folder = await layoutOf(t, {
    plain: plainImage(USER_FILES, { Entrypoint: ['/init'] }),
    profile: plainImage({ ...USER_FILES, ...inProfile }, { Env: ['S6_RUNTIME_PROFILE=small'] }),
  });
  t.deepEqual((await only(t, `oci:${folder}:plain`)).files, {
    services: [
      { name: 'cron', parts: ['run', 'essential'] },
      { name: 'web', parts: ['run', 'log'] },
    ],
    contInit: ['10-a', '20-b'],
    contFinish: ['bye'],
    fixAttrs: ['01-own'],
    s6Rc: [],
  });
  const { services, contInit } = (await only(t, `oci:${folder}:profile`)).files;
  t.deepEqual([services, contInit], [[{ name: 'one', parts: ['run'] }], []]);
});

test('an injected image: what it was and what it is, the same in an engine and in a layout', async (t) => {
  const used = await engine();
  const lines = ['USER nobody', 'STOPSIGNAL SIGQUIT', 'ENTRYPOINT ["tini", "--", "app"]', 'CMD ["x"]'];
  const image = await imageOf(used, 'inspect', { ...busyboxRoot(), ...USER_FILES }, lines);
  const report = await injecting(t, used, image, { servicesAsRoot: true, target: 'inspect:1-s6' });
  const inEngine = await only(t, 'inspect:1-s6', used.address);
  const { injected, before, now, init, files } = inEngine;
  const { version, digest } = report.release;
  t.deepEqual(init, { kind: 's6ts', version });
  t.deepEqual(injected, {
    version,
    overlay: digest,
    with: [],
    added: null,
    original: report.source.id,
    onTop: true,
  });
  t.deepEqual([before, now], [report.before, report.after]);
  t.deepEqual([before?.user, now.user, before?.stopSignal], ['nobody', 'root', 'SIGQUIT']);
  t.is(files.services.length, 2);
  const folder = join(await temporaryFolder(t), 'layout');
  const from = ['--src-daemon-host', used.address, 'docker-daemon:inspect:1-s6'];
  await run('skopeo', ['copy', '-q', ...from, `oci:${folder}:1`]);
  const { id, ...inLayout } = await only(t, `oci:${folder}:1`);
  t.deepEqual({ ...inLayout, id: inEngine.id }, inEngine);
  t.not(id, inEngine.id);

  const above = await buildImage(used, 'inspect-above', 'FROM inspect:1-s6\nCOPY more /more\n', {
    '/more': '',
  });
  t.is((await only(t, above, used.address)).injected?.onTop, false);
  const env = { DOCKER_HOST: used.address, HOME: '/nonexistent' };
  const shown = await s6ts(['inspect', 'inspect:1-s6'], env);
  t.regex(shown.stdout, /entrypoint {4}\["tini","--","app"\] → \["\/init","app"\]\n/, shown.stderr);
  t.regex(shown.stdout, /services\.d {4}cron \(run essential\) web \(run log\)\n/);
  t.like(jsonOf(await s6ts(['inspect', 'inspect:1-s6', '--json'], env)), { index: false, attestations: 0 });
});

test('an overlay that a Dockerfile added tells its version itself', async (t) => {
  const used = await engine();
  const image = await overlaidImage(used, 'inspect-added');
  const { release } = await injecting(t, used, image, { target: 'inspect-added:s6' });
  t.deepEqual((await only(t, image, used.address)).init, { kind: 's6ts', version: release.version });
  const folder = join(await temporaryFolder(t), 'layout');
  await run('skopeo', [
    'copy',
    '-q',
    '--src-daemon-host',
    used.address,
    `docker-daemon:${image}`,
    `oci:${folder}:1`,
  ]);
  t.deepEqual((await only(t, `oci:${folder}:1`)).init, { kind: 's6ts', version: release.version });
});

test('an index: each platform, attestations counted', async (t) => {
  const folder = await layoutOf(t, {
    a: plainImage({ '/a': '' }, { Cmd: ['a'] }),
    b: plainImage({ '/b': '' }, { Cmd: ['b'] }, 'arm64'),
    note: plainImage({ '/n': '' }, {}),
  });
  const entry = async (name: string, architecture: string, os = 'linux'): Promise<object> => ({
    ...(await descriptorIn(folder, name)),
    platform: { os, architecture },
  });
  const manifests = [
    await entry('a', 'amd64'),
    await entry('b', 'arm64'),
    await entry('note', 'unknown', 'unknown'),
  ];
  await addText(folder, 'all', JSON.stringify({ schemaVersion: 2, manifests }), MEDIA_TYPES.oci.index);
  const report: InspectReport = await inspect(
    `oci:${folder}:all`,
    storeContext('none', await temporaryFolder(t)),
  );
  t.like(report, { index: true, attestations: 1 });
  t.deepEqual(
    report.images.map(({ platform, now }) => [platform.architecture, now.cmd]),
    [
      ['amd64', ['a']],
      ['arm64', ['b']],
    ],
  );
});
