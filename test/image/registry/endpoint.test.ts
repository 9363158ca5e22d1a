import test from 'ava';
import { isInsecure, originsOf } from '../../../src/image/store/registry/endpoint.js';

test('what --insecure names is the same host however it is written', (t) => {
  for (const [host, named] of [
    ['h.example:5000', 'H.example:5000'],
    ['H.example:5000', 'h.example'],
    ['h.example', 'h.example:443'],
    ['h.example', 'h.example:80'],
    ['[fd00::2]:5000', '[FD00::2]:5000'],
  ] as const)
    t.true(isInsecure(host, [named]), `${host} ${named}`);
  for (const [host, named] of [
    ['h.example:5000', 'h.example:5001'],
    ['h.example:5000', 'h.example:443'],
    ['other.example', 'h.example'],
  ] as const)
    t.false(isInsecure(host, [named]), `${host} ${named}`);
});

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
