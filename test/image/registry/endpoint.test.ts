import test from 'ava';
import { originsOf } from '../../../src/image/store/registry/endpoint.js';

test('this machine is asked by plain http first, what --insecure names after https, others never', (t) => {
  for (const host of ['localhost:5000', '127.0.0.1:5000', '[::1]:5000', 'localhost']) {
    t.deepEqual(originsOf(host, []), [`http://${host}`, `https://${host}`]);
    t.deepEqual(originsOf(host, [host]), [`http://${host}`, `https://${host}`]);
  }
  t.deepEqual(originsOf('r.example:5000', ['r.example']), [
    'https://r.example:5000',
    'http://r.example:5000',
  ]);
  t.deepEqual(originsOf('r.example:5000', []), ['https://r.example:5000']);
  t.deepEqual(originsOf('localhost.example', []), ['https://localhost.example']);
  t.deepEqual(originsOf('docker.io', []), ['https://registry-1.docker.io']);
});
