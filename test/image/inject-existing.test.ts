import test from 'ava';
import { formatInjected } from '../../src/image/inject-summary.js';
import { runContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { imageOf } from '../harness/images.js';
import { overlaidImage } from '../harness/overlaid.js';
import { busyboxRoot } from '../harness/roots.js';
import type { Files } from '../harness/tarball.js';
import { injecting } from './injecting.js';

const OLD = '#!/bin/sh\necho old "$0"\n';

/** What a v1 image has at names of ours: programs in /bin, an /init of its own. */
const V1: Files = {
  '/init': OLD,
  '/etc/s6': { folder: 0o755 },
  '/etc/s6/init': { folder: 0o755 },
  '/etc/s6/init/init-stage1': OLD,
  '/bin/execlineb': OLD,
  '/usr/bin/with-contenv': OLD,
  '/etc/cont-init.d': { folder: 0o755 },
  '/etc/cont-init.d/10-hello': '#!/usr/bin/with-contenv sh\necho "hello $WHO" >&2\n',
};

test('s6-overlay v1 is upgraded: /init not doubled, its programs replaced, its scripts run', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'v1', { ...busyboxRoot(), ...V1 }, [
    'ENV WHO=v1',
    'ENTRYPOINT ["/init"]',
    'CMD ["echo", "cmd"]',
  ]);
  const report = await injecting(t, used, image);
  t.is(report.upgraded, 's6-overlay-v1-v2');
  t.deepEqual([report.after.entrypoint, report.kept], [['/init'], []]);
  const ended = await runContainer({ image: report.target.name });
  t.is(ended.stdout, 'cmd\n');
  t.regex(ended.stderr, /^hello v1$/m);
  const program = await runContainer({
    image: report.target.name,
    cmd: ['/bin/execlineb', '-Pc', 's6-echo new'],
  });
  t.is(program.stdout, 'new\n', program.stderr);
});

test('an /init in CMD is not started twice', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'v1-cmd', { ...busyboxRoot(), ...V1 }, ['CMD ["/init", "echo", "cmd"]']);
  const { target, after } = await injecting(t, used, image);
  t.deepEqual([after.entrypoint, after.cmd], [['/init'], ['echo', 'cmd']]);
  t.is((await runContainer({ image: target.name })).stdout, 'cmd\n');
  t.deepEqual((await injecting(t, used, target.name)).target, target);
});

test('an image with our own tarball in it is upgraded', async (t) => {
  const used = await engine();
  const report = await injecting(t, used, await overlaidImage(used, 'tarball', { varRun: 'relative-link' }), {
    target: 'tarball:s6',
  });
  t.is(report.upgraded, 's6ts-tarball');
  t.regex(formatInjected(report), /the s6ts tarball that the image was built with stays in its layer/);
  t.notRegex(formatInjected(report), /layer of an earlier s6ts is replaced/);
  for (const [name, isInEngine] of [
    ['app:1-s6', true],
    ['docker://h.example/app:1-s6', false],
  ] as const) {
    const text = formatInjected({ ...report, target: { ...report.target, name } });
    t.is(text.includes(`try it: docker run --rm ${name}`), isInEngine, name);
  }
  t.deepEqual([report.after.entrypoint, report.kept], [['/init'], []]);
  t.is((await runContainer({ image: 'tarball:s6', cmd: ['echo', 'once'] })).stdout, 'once\n');
});

test('s6-overlay v3 is refused with its services, unless forced; a strange /init too', async (t) => {
  const used = await engine();
  const v3: Files = {
    '/init': OLD,
    '/package': { folder: 0o755 },
    '/package/admin': { folder: 0o755 },
    '/package/admin/s6-overlay-3.2.0.0': { folder: 0o755 },
    '/package/admin/s6-overlay': { link: 's6-overlay-3.2.0.0' },
    '/command': { folder: 0o755 },
    '/command/with-contenv': OLD,
    '/etc/s6-overlay': { folder: 0o755 },
    '/etc/s6-overlay/s6-rc.d': { folder: 0o755 },
    '/etc/s6-overlay/s6-rc.d/nginx': { folder: 0o755 },
    '/etc/s6-overlay/s6-rc.d/nginx/type': 'longrun\n',
    '/etc/s6-overlay/s6-rc.d/user': { folder: 0o755 },
  };
  const image = await imageOf(used, 'v3', { ...busyboxRoot(), ...v3 }, [
    'ENTRYPOINT ["/init"]',
    'CMD ["with-contenv", "echo", "forced"]',
  ]);
  await t.throwsAsync(injecting(t, used, image), { code: 'init-v3', message: /not be started: nginx$/ });
  const forced = await injecting(t, used, image, { force: true });
  t.regex(forced.warnings.join(), /nginx/);
  t.is((await runContainer({ image: forced.target.name })).stdout, 'forced\n');
  const strange = await imageOf(used, 'strange', { ...busyboxRoot(), '/init': OLD }, [
    'ENTRYPOINT ["/init"]',
  ]);
  await t.throwsAsync(injecting(t, used, strange), { code: 'init-unknown' });
  t.regex((await injecting(t, used, strange, { force: true })).warnings.join(), /own \/init is replaced/);
});
