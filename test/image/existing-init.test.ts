import test from 'ava';
import { existingInit } from '../../src/image/existing-init.js';
import { memoryTree, type Nodes } from './memory-tree.js';

const V3: Nodes = {
  package: 0o755,
  'package/admin': 0o755,
  'package/admin/s6-overlay': { link: 's6-overlay-3.2.0' },
  'package/admin/s6-overlay-3.2.0': 0o755,
};

async function kindOf(entrypoint: readonly string[], cmd: readonly string[], nodes: Nodes): Promise<unknown> {
  return existingInit({ entrypoint, cmd, user: '', stopSignal: '' }, memoryTree(nodes));
}

test('an image that does not start with /init has none, whatever its files', async (t) => {
  t.deepEqual(await kindOf(['sh', '/init'], [], V3), { kind: 'none' });
  t.deepEqual(await kindOf(['sh'], ['/init'], V3), { kind: 'none' });
  t.deepEqual(await kindOf([], [], V3), { kind: 'none' });
});

test('each s6-overlay is told by its files, through links', async (t) => {
  const v1: Nodes = {
    etc: { link: 'conf' },
    conf: 0o755,
    'conf/s6': 0o755,
    'conf/s6/init': 0o755,
    'conf/s6/init/init-stage1': 'file',
  };
  t.deepEqual(await kindOf(['/init', 'app'], [], v1), { kind: 's6-overlay-v1-v2', major: 1 });
  t.deepEqual(await kindOf([], ['/init', 'app'], v1), { kind: 's6-overlay-v1-v2', major: 1 });
  const v2: Nodes = { ...v1, usr: 0o755, 'usr/bin': 0o755, 'usr/bin/with-contenv-legacy': 'file' };
  t.deepEqual(await kindOf(['/init'], [], v2), { kind: 's6-overlay-v1-v2', major: 2 });
  const own: Nodes = { usr: 0o755, 'usr/lib': 0o755, 'usr/lib/s6': 0o755, 'usr/lib/s6/overlay.json': 'file' };
  t.deepEqual(await kindOf(['/init'], [], { ...v1, ...own }), { kind: 's6ts' });
  t.deepEqual(await kindOf(['/init'], [], { init: 'file' }), { kind: 'unknown' });
});

test('of v3 the services are named, without the bundles that every image has', async (t) => {
  t.deepEqual(await kindOf(['/init'], [], V3), { kind: 's6-overlay-v3', version: '3.2.0', services: [] });
  const services: Nodes = {
    ...V3,
    etc: 0o755,
    'etc/s6-overlay': 0o755,
    'etc/s6-overlay/s6-rc.d': 0o755,
    ...Object.fromEntries(
      ['user', 'user2', 'nginx', 'cron'].map((name) => [`etc/s6-overlay/s6-rc.d/${name}`, 0o755]),
    ),
  };
  t.deepEqual(await kindOf(['/init'], [], services), {
    kind: 's6-overlay-v3',
    version: '3.2.0',
    services: ['cron', 'nginx'],
  });
});
