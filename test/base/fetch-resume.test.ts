import type { IncomingMessage, ServerResponse } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import { fetchBytes, type FetchOptions } from '../../src/base/fetch.js';
import { serve } from '../harness/http-server.js';

const QUICK: FetchOptions = { attempts: 3, backoffMs: 1, idleMs: 2000 };
const BODY = Buffer.from('a body that breaks off in its middle');
const HALF = 20;
const OLD = 'Mon, 01 Jan 2024 00:00:00 GMT';

/** Serves half of BODY and hangs up; then answers the further tries, whose Range headers it keeps. */
async function breaking(
  t: ExecutionContext,
  headers: Record<string, string>,
  then: (response: ServerResponse, tries: number) => void,
): Promise<{ url: string; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const { url } = await serve(t, (request: IncomingMessage, response) => {
    ranges.push(request.headers.range);
    if (ranges.length > 1) {
      then(response, ranges.length);
      return;
    }
    response.writeHead(200, { ...headers, 'content-length': String(BODY.length) });
    response.write(BODY.subarray(0, HALF), () => response.socket?.destroy());
  });
  return { url, ranges };
}

/** The part of BODY from `from` on, as a server says it. */
function part(response: ServerResponse, from: number): void {
  response.writeHead(206, { 'content-range': `bytes ${from}-${BODY.length - 1}/${BODY.length}` });
  response.end(BODY.subarray(from));
}

for (const [name, headers] of [
  ['a strong ETag', { etag: '"one"' }],
  ['an old date', { 'last-modified': OLD }],
] as const) {
  test(`with ${name} only the rest of a cut body is fetched`, async (t) => {
    const { url, ranges } = await breaking(t, headers, (response) => part(response, HALF));
    const seen: number[] = [];
    const bytes = await fetchBytes(url, { ...QUICK, onBytes: (done) => seen.push(done) });
    t.deepEqual(Buffer.from(bytes), BODY);
    t.deepEqual(ranges, [undefined, `bytes=${HALF}-`]);
    t.deepEqual(seen, [HALF, BODY.length]);
  });
}

for (const [name, headers] of [
  ['nothing', {}],
  ['a weak ETag', { etag: 'W/"one"' }],
  ['a date of this moment', { 'last-modified': new Date().toUTCString() }],
] as const) {
  test(`with ${name} to name the content all is fetched again`, async (t) => {
    const { url, ranges } = await breaking(t, headers, (response) => response.end(BODY));
    t.deepEqual(Buffer.from(await fetchBytes(url, QUICK)), BODY);
    t.deepEqual(ranges, [undefined, undefined]);
  });
}

test('content that has changed meanwhile replaces the half that was there', async (t) => {
  const other = Buffer.from('another body');
  const { url } = await breaking(t, { etag: '"one"' }, (response) => response.end(other));
  t.deepEqual(Buffer.from(await fetchBytes(url, QUICK)), other);
});

for (const [name, answer] of [
  ['416', (response: ServerResponse) => response.writeHead(416).end()],
  ['another part than asked for', (response: ServerResponse) => part(response, HALF + 1)],
] as const) {
  test(`${name} to a Range begins the download anew`, async (t) => {
    const { url, ranges } = await breaking(t, { etag: '"one"' }, (response, tries) => {
      if (tries === 2) answer(response);
      else response.end(BODY);
    });
    t.deepEqual(Buffer.from(await fetchBytes(url, QUICK)), BODY);
    t.deepEqual(ranges, [undefined, `bytes=${HALF}-`, undefined]);
  });
}
