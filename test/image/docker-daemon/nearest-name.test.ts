import test from 'ava';
import { nearest } from '../../../src/image/store/docker-daemon/nearest-name.js';

const NAMES = ['nginx:1.25', 'nginx:1.26', 'nginx:latest', 'redis:7', 'my/app:1', '<none>:<none>'];

test('another tag of the same image comes first, then small slips', (t) => {
  t.deepEqual(nearest('nginx:1.27', NAMES), ['nginx:1.25', 'nginx:1.26', 'nginx:latest']);
  t.deepEqual(nearest('ngnix', NAMES), ['nginx:latest']);
  t.deepEqual(nearest('my/ap:1', NAMES), ['my/app:1']);
});

test('nothing like it, no suggestion', (t) => {
  t.deepEqual(nearest('postgres:16', NAMES), []);
  t.deepEqual(nearest('x', []), []);
});
