import { createHash } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import test from 'ava';
import { fetchBytes, type FetchOptions } from '../../src/base/fetch.js';
import { S6tsError } from '../../src/base/error.js';
import { deafUrl, serve } from '../harness/http-server.js';

const QUICK: FetchOptions = { attempts: 3, backoffMs: 1, idleMs: 2000 };
const BODY = Buffer.from('a body of some bytes');
const EXPECT = { size: BODY.length, sha256: createHash('sha256').update(BODY).digest('hex') };

async function failure(promise: Promise<unknown>): Promise<S6tsError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof S6tsError) return error;
  throw new Error(`no S6tsError but ${String(error)}`);
}

test('a body with the promised size and hash is handed over, with its progress', async (t) => {
  const { url } = await serve(t, (_, response) => response.end(BODY));
  const seen: number[] = [];
  const bytes = await fetchBytes(url, { ...QUICK, expect: EXPECT, onBytes: (done) => seen.push(done) });
  t.deepEqual(Buffer.from(bytes), BODY);
  t.is(seen.at(-1), BODY.length);
});

for (const [name, body] of [
  ['another content', Buffer.from('a body of some bytez')],
  ['a shorter body', BODY.subarray(1)],
  ['a longer body', Buffer.concat([BODY, BODY])],
] as const) {
  test(`${name} than promised is refused`, async (t) => {
    const { url, requests } = await serve(t, (_, response) => response.end(body));
    const error = await failure(fetchBytes(url, { ...QUICK, expect: EXPECT }));
    t.is(error.code, 'fetch-mismatch');
    t.true(error.message.includes(url));
    t.is(requests.length, 1);
  });
}

test('503 and 429 pass by themselves: the third try counts', async (t) => {
  let tries = 0;
  const { url } = await serve(t, (_, response) => {
    tries += 1;
    if (tries === 1) response.writeHead(503).end();
    else if (tries === 2) response.writeHead(429, { 'retry-after': '0' }).end();
    else response.end(BODY);
  });
  t.deepEqual(Buffer.from(await fetchBytes(url, QUICK)), BODY);
});

test('a body that is cut off is fetched again', async (t) => {
  let tries = 0;
  const { url } = await serve(t, (_, response) => {
    tries += 1;
    if (tries > 1) return void response.end(BODY);
    response.writeHead(200, { 'content-length': String(BODY.length) });
    response.write(BODY.subarray(0, 5), () => response.socket?.destroy());
  });
  t.deepEqual(Buffer.from(await fetchBytes(url, { ...QUICK, expect: EXPECT })), BODY);
});

test('a server error that stays ends after the tries, with its status', async (t) => {
  const { url, requests } = await serve(t, (_, response) => response.writeHead(500).end());
  const error = await failure(fetchBytes(url, QUICK));
  t.is(error.code, 'fetch-status');
  t.regex(error.message, /500/);
  t.is(requests.length, 3);
});

test('what is not there is asked for once', async (t) => {
  const { url, requests } = await serve(t, (_, response) => response.writeHead(404).end());
  t.is((await failure(fetchBytes(url, QUICK))).code, 'fetch-missing');
  t.is(requests.length, 1);
});

test('nobody listens', async (t) => {
  const error = await failure(fetchBytes(await deafUrl(), QUICK));
  t.is(error.code, 'fetch-unreachable');
  t.regex(error.message, /connection refused/);
});

test('a server that says nothing, or stops in the middle, is given up on', async (t) => {
  const mute = await serve(t, () => undefined);
  const stuck = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('begun');
  });
  for (const { url, requests } of [mute, stuck]) {
    const error = await failure(fetchBytes(url, { ...QUICK, idleMs: 400, attempts: 2 }));
    t.is(error.code, 'fetch-unreachable');
    t.regex(error.message, /no answer, or hardly any, for 0\.4 s/);
    t.is(requests.length, 2);
  }
});

test('a server that sends a byte now and then, for ever, is given up on', async (t) => {
  const drip = await serve(t, (_, response) => {
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  });
  const error = await failure(fetchBytes(drip.url, { ...QUICK, idleMs: 200, attempts: 1 }));
  t.is(error.code, 'fetch-unreachable');
});

test('a promise beyond the limit is not asked to be kept', async (t) => {
  const { url } = await serve(t, (_, response) => response.end(Buffer.alloc(100_000)));
  const expect = { size: 100_000, sha256: '0'.repeat(64) };
  t.is((await failure(fetchBytes(url, { ...QUICK, maxBytes: 1000, expect }))).code, 'fetch-too-large');
});

test('a body beyond the limit is refused before it is read to its end', async (t) => {
  const { url } = await serve(t, (_, response) => response.end(Buffer.alloc(100_000)));
  t.is((await failure(fetchBytes(url, { ...QUICK, maxBytes: 1000 }))).code, 'fetch-too-large');
});

test('an abort ends the wait for an answer, and the wait between tries', async (t) => {
  const mute = await serve(t, () => undefined);
  const busy = await serve(t, (_, response) => response.writeHead(503).end());
  for (const { url } of [mute, busy]) {
    const controller = new AbortController();
    const fetching = fetchBytes(url, {
      ...QUICK,
      backoffMs: 60_000,
      idleMs: 60_000,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await t.throwsAsync(fetching, { message: 'enough' });
  }
});

test.serial('the proxy of the environment is used, but not for no_proxy', async (t) => {
  const target = await serve(t, (_, response) => response.end('direct'));
  const proxy = await serve(t, (_, response) => response.end('by proxy'));
  const kept = { http_proxy: process.env['http_proxy'], no_proxy: process.env['no_proxy'] };
  t.teardown(() => {
    for (const [name, value] of Object.entries(kept)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });
  process.env['http_proxy'] = proxy.url;
  process.env['no_proxy'] = '';
  t.is(Buffer.from(await fetchBytes(`${target.url}/x`, QUICK)).toString(), 'by proxy');
  t.deepEqual(proxy.requests, [`${target.url}/x`]);
  process.env['no_proxy'] = '127.0.0.1';
  t.is(Buffer.from(await fetchBytes(`${target.url}/x`, QUICK)).toString(), 'direct');
});

test.serial('https goes through the proxy by CONNECT', async (t) => {
  const asked: string[] = [];
  const proxy = createServer((socket) => {
    socket.once('data', (data) => {
      asked.push(data.toString('latin1').split('\r\n')[0] ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.teardown(() => proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const { agentFor } = await import('../../src/base/proxy.js');
  process.env['https_proxy'] = `http://127.0.0.1:${port}`;
  t.teardown(() => Reflect.deleteProperty(process.env, 'https_proxy'));
  t.not(agentFor(new URL('https://mirror.invalid/')), undefined);
  await failure(fetchBytes('https://mirror.invalid/x', { ...QUICK, attempts: 1 }));
  t.deepEqual(asked, ['CONNECT mirror.invalid:443 HTTP/1.1']);
});
