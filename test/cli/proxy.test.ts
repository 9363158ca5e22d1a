import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { jsonOf, s6ts } from '../harness/s6ts.js';

test('a proxy that lets nobody through is told of, not a fault of ours', async (t) => {
  const asked: string[] = [];
  const proxy = createServer().on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.teardown(() => proxy.close());
  const env = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  const ran = await s6ts(['inspect', 'docker://registry.invalid/app:1', '--json'], env);
  t.is(ran.code, 2, ran.stdout);
  const { error } = jsonOf(ran) as { error: { code: string; message: string } };
  t.is(asked[0], 'registry.invalid:443');
  t.regex(`${error.code} ${error.message}`, /^registry-\w+ .*403/);
});
