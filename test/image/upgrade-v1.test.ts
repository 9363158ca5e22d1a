import test from 'ava';
import { eject } from '../../src/image/eject.js';
import { runContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { imageOf } from '../harness/images.js';
import { busyboxRoot } from '../harness/roots.js';
import type { Files } from '../harness/tarball.js';
import { injecting, statIn, storeContext, temporaryFolder } from './injecting.js';

const OLD = '#!/bin/execlineb -P\n/bin/echo old\n';

/** The tree of s6-overlay v1.21, by its own list of files; what its programs do is not asked of it here. */
const V1: Files = {
  '/init': OLD,
  ...Object.fromEntries(
    ['init-stage1', 'init-stage2', 'init-stage2-redirfd', 'init-stage3'].map((name) => [
      `/etc/s6/init/${name}`,
      OLD,
    ]),
  ),
  '/etc/s6/init/init-stage2-fixattrs.txt': '/etc/cont-init.d true root 0755 0755\n',
  '/etc/s6/services/.s6-svscan/crash': OLD,
  '/etc/s6/services/.s6-svscan/finish': OLD,
  '/etc/s6/services/s6-fdholderd/run': OLD,
  '/etc/s6/services/s6-svscan-log/run': OLD,
  ...Object.fromEntries(
    ['fix-attrs', 'logutil-newfifo', 'logutil-service', 'printcontenv', 'with-contenv', 'with-retries'].map(
      (name) => [`/usr/bin/${name}`, OLD],
    ),
  ),
};
const IN_BIN = [
  'execlineb',
  's6-svscan',
  's6-supervise',
  's6-svc',
  's6-setuidgid',
  's6-log',
  'if',
  'importas',
];

/** What its author put into it. */
const USER: Files = {
  '/etc/fix-attrs.d/01-data': '/data true nobody 0640 0750\n',
  '/data/x': 'x',
  '/etc/cont-init.d/10-first': '#!/usr/bin/with-contenv sh\necho "first $WHO" >&2\nexit "${FAIL:-0}"\n',
  '/etc/services.d/tick/run':
    '#!/usr/bin/execlineb -P\nwith-contenv s6-setuidgid nobody sh -c "echo tick $(id -u) >&2; : >/tmp/ticked; exec sleep 1000"\n',
  '/etc/services.d/tick/finish': '#!/bin/execlineb -S1\ns6-echo finished\n',
  '/etc/cont-finish.d/bye': '#!/usr/bin/with-contenv sh\necho "bye $WHO" >&2\n',
};

for (const merged of [undefined, 'relative'] as const) {
  test(`a whole image of s6-overlay v1, ${merged === undefined ? '/bin a folder' : '/bin a link'}: knobs, folders and CMD go on, and it comes back`, async (t) => {
    const used = await engine();
    const bin = merged === undefined ? '/bin' : '/usr/bin';
    const programs = Object.fromEntries(IN_BIN.map((name) => [`${bin}/${name}`, OLD]));
    const root = { ...busyboxRoot(merged === undefined ? {} : { merged }), ...V1, ...programs, ...USER };
    const image = await imageOf(used, `v1-${merged ?? 'folder'}`, root, [
      'ENV WHO=v1 S6_BEHAVIOUR_IF_STAGE2_FAILS=2 S6_CMD_WAIT_FOR_SERVICES=1',
      'ENTRYPOINT ["/init"]',
      'CMD ["sh", "-c", "until [ -e /tmp/ticked ]; do sleep 0.05; done; echo cmd $WHO; exit 4"]',
    ]);
    const report = await injecting(t, used, image, { target: `v1-${merged ?? 'folder'}:1-s6` });
    t.is(report.upgraded, 's6-overlay-v1-v2');
    t.deepEqual([report.after, report.kept], [report.before, []]);
    const ended = await runContainer({ image: report.target.name });
    t.deepEqual([ended.exitCode, ended.stdout.includes('cmd v1\n')], [4, true], ended.stderr);
    for (const said of [/^first v1$/m, /^bye v1$/m, /^tick 65534$/m]) t.regex(ended.stderr, said);
    t.false(/\bold\b/.test(ended.stdout + ended.stderr), 'nothing of the old overlay is run');
    const failed = await runContainer({ image: report.target.name, env: { FAIL: '7' } });
    t.is(failed.exitCode, 7, failed.stderr);
    t.notRegex(failed.stdout, /cmd/);
    t.deepEqual(await statIn(report.target.name, '/etc/s6/init/init-stage1'), ['755 0:0 regular file']);
    const context = storeContext(used.address, await temporaryFolder(t));
    t.like(await eject({ image: report.target.name }, context), {
      sameness: 'bytes',
      target: { id: report.source.id },
    });
  });
}
