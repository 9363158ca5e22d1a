import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { jsonOf, s6ts } from '../harness/s6ts.js';

interface Told {
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
}

async function portOf(t: ExecutionContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('a proxy that lets nobody through is told of, not a fault of ours', async (t) => {
  const asked: string[] = [];
  const proxy = createServer().on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
  });
  const env = { HTTPS_PROXY: `http://127.0.0.1:${await portOf(t, proxy)}` };
  const ran = await s6ts(['inspect', 'docker://registry.invalid/app:1', '--json'], env);
  t.is(ran.code, 2, ran.stdout);
  const { error } = jsonOf(ran) as Told;
  t.is(asked[0], 'registry.invalid:443');
  t.regex(`${error.code} ${error.message}`, /^registry-\w+ .*403/);
});

test('a registry that speaks plain http, which it may not, is told of in words, with what would allow it', async (t) => {
  const plain = await portOf(
    t,
    createServer((_, response) => response.end('{}')),
  );
  const proxy = createServer().on('connect', (_, socket) => {
    const onward = connect(plain, '127.0.0.1');
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.pipe(onward).pipe(socket);
  });
  const env = { HTTPS_PROXY: `http://127.0.0.1:${await portOf(t, proxy)}` };
  const ran = await s6ts(['inspect', 'docker://registry.invalid:5000/app:1', '--json'], env);
  t.is(ran.code, 2, ran.stdout);
  t.like(jsonOf(ran), {
    error: {
      code: 'fetch-plain',
      message: "registry.invalid:5000 answers, but doesn't speak https: plain http, perhaps",
      hint: 'if that is meant to be: --insecure registry.invalid:5000',
    },
  });
});

test('what --insecure names has to be a host', async (t) => {
  for (const host of ['docker://h.example:5000', 'h.example/app', '', 'h.example:port']) {
    const ran = await s6ts(['inspect', 'docker://h.example:5000/app:1', `--insecure=${host}`]);
    t.is(ran.code, 2);
    t.regex(ran.stderr, /^s6ts: --insecure .* is no HOST\[:PORT\]\n {2}→ for instance: --insecure [\w.]+/);
  }
});
