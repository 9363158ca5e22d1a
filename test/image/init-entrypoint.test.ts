import test from 'ava';
import { isSmallInit, unwrapInit } from '../../src/image/init-entrypoint.js';

const CASES: readonly {
  readonly from: readonly string[];
  readonly cmd?: readonly string[];
  readonly rest: readonly string[];
  readonly lost?: readonly string[];
  readonly stopSignal?: string;
}[] = [
  { from: ['tini', '--', 'app', '-x'], rest: ['app', '-x'] },
  { from: ['/sbin/tini', 'app'], rest: ['app'] },
  { from: ['/usr/bin/tini', '-v', '-s', '--', '--app'], rest: ['--app'] },
  { from: ['tini', '-vvw', '--', 'app'], rest: ['app'] },
  { from: ['tini', '-g', '--', 'app'], rest: ['app'], lost: ['-g'] },
  { from: ['tini', '-e', '143', '--', 'app'], rest: ['app'], lost: ['-e 143'] },
  { from: ['tini', '-e143', 'app'], rest: ['app'], lost: ['-e143'] },
  { from: ['tini', '-sp', 'SIGKILL', '--', 'app'], rest: ['app'], lost: ['-sp SIGKILL'] },
  { from: ['/tini-static', '--'], rest: [] },
  { from: ['/sbin/docker-init', '--', 'app'], rest: ['app'] },
  { from: ['dumb-init', 'app', '--', 'x'], rest: ['app', '--', 'x'] },
  { from: ['/usr/local/bin/dumb-init', '--rewrite', '15:3', '--', 'app'], rest: ['app'], stopSignal: '3' },
  { from: ['dumb-init', '-r', '15:2', 'app'], rest: ['app'], stopSignal: '2' },
  { from: ['dumb-init', '--rewrite=15:10', 'app'], rest: ['app'], stopSignal: '10' },
  { from: ['dumb-init', '-r', '1:0', 'app'], rest: ['app'], lost: ['-r 1:0'] },
  { from: ['dumb-init', '-r', '15:0', 'app'], rest: ['app'], lost: ['-r 15:0'] },
  { from: ['dumb-init', '--single-child', '-v', '--', 'app'], rest: ['app'], lost: ['--single-child'] },
  { from: ['dumb-init', '-vc', 'app'], rest: ['app'], lost: ['-c'] },
  { from: ['tini', '--', 'dumb-init', '--', 'app'], rest: ['app'] },
  { from: ['tini', '--', 'tini'], rest: [] },
  { from: ['app', 'tini'], rest: ['app', 'tini'] },
  { from: [], rest: [] },
  { from: ['tini', '-'], rest: ['-'] },
  { from: ['tini', '-e'], rest: [], lost: ['-e '] },
  { from: ['tini'], cmd: ['app', '--'], rest: [] },
  { from: ['tini'], cmd: ['-'], rest: [] },
  { from: ['tini', '--'], cmd: ['-g', 'app'], rest: [] },
  { from: ['tini', 'app'], cmd: ['-x'], rest: ['app'] },
  { from: ['tini'], cmd: ['--', 'app'], rest: ['tini'] },
  { from: ['/sbin/tini', '-s'], cmd: ['-g', '--', 'app'], rest: ['/sbin/tini', '-s'] },
  { from: ['tini', '-e'], cmd: ['143', 'app'], rest: ['tini', '-e'] },
  { from: ['tini', '-e143'], cmd: ['app'], rest: [], lost: ['-e143'] },
  {
    from: ['tini', '-g', '--', 'dumb-init', '-r', '15:2'],
    cmd: ['-c', 'app'],
    rest: ['dumb-init', '-r', '15:2'],
    lost: ['-g'],
  },
];

for (const { from, cmd = [], rest, lost = [], stopSignal } of CASES) {
  test(`ENTRYPOINT ${JSON.stringify(from)}, CMD ${JSON.stringify(cmd)}`, (t) => {
    const found = unwrapInit(from, cmd);
    t.deepEqual(found.rest, rest);
    t.deepEqual(found.lost, lost);
    t.is(found.stopSignal, stopSignal);
    t.deepEqual([...found.dropped.flat(), ...found.rest], from);
  });
}

test('a program is told by its name alone', (t) => {
  t.true(isSmallInit('/opt/x/tini'));
  t.false(isSmallInit('/opt/tini/x'));
  t.false(isSmallInit('constructor'));
  t.false(isSmallInit(undefined));
});
