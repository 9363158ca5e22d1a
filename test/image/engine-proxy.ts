import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Engine } from '../harness/engine.js';
import { temporaryFolder } from './injecting.js';

/** What a proxy does to what passes through it. */
export interface Faults {
  /** Answers a request itself: status and JSON. Undefined lets it pass. */
  readonly answer?: (line: string) => { readonly status: number; readonly json: unknown } | undefined;
  /** Changes an answer's text. */
  readonly rewrite?: (path: string, text: string) => string;
  /** True for an answer of which the first bytes are passed on, and then nothing more. */
  readonly driesUp?: (line: string) => boolean;
  /** Runs before a request is passed on; false cuts the connection. */
  readonly before?: (line: string) => Promise<boolean | undefined> | boolean | undefined;
}

/** An engine behind a proxy that sees, delays, changes and cuts. */
export interface Proxied {
  readonly address: string;
  /** `METHOD /path?query` of each request, in order. */
  readonly requests: string[];
}

/** Puts a proxy before an engine until the test ends. */
export async function viaProxy(
  t: ExecutionContext,
  engine: Pick<Engine, 'address'>,
  faults: Faults,
): Promise<Proxied> {
  const socket = join(await temporaryFolder(t), 'proxy.sock');
  const requests: string[] = [];
  const server = createServer((from, to) => {
    const line = `${from.method ?? ''} ${from.url ?? ''}`;
    requests.push(line);
    void pass(from, to, line, engine.address.replace('unix://', ''), faults);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `unix://${socket}`, requests };
}

async function pass(
  from: IncomingMessage,
  to: ServerResponse,
  line: string,
  socketPath: string,
  faults: Faults,
): Promise<void> {
  if ((await faults.before?.(line)) === false) {
    from.socket.destroy();
    return;
  }
  const canned = faults.answer?.(line);
  if (canned !== undefined) {
    from.resume();
    from.on('end', () =>
      to.writeHead(canned.status, { 'content-type': 'application/json' }).end(JSON.stringify(canned.json)),
    );
    return;
  }
  const { method, url, headers } = from;
  const onward = request({ socketPath, method, path: url, headers }, (answer) => {
    if (faults.driesUp?.(line) !== true) void relay(answer, to, url ?? '', faults);
    else answer.once('data', (chunk: Buffer) => void to.write(chunk)).once('data', () => answer.pause());
  });
  onward.on('error', () => from.socket.destroy());
  from.pipe(onward);
}

async function relay(
  answer: IncomingMessage,
  to: ServerResponse,
  path: string,
  { rewrite }: Faults,
): Promise<void> {
  const type = answer.headers['content-type'] ?? '';
  if (rewrite === undefined || !type.includes('json')) {
    to.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.on('error', () => to.destroy());
    // A client that has seen enough ends the engine's answer too.
    to.on('close', () => answer.destroy());
    answer.pipe(to);
    return;
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer) chunks.push(chunk as Uint8Array);
  const text = Buffer.concat(chunks).toString();
  to.writeHead(answer.statusCode ?? 500, { 'content-type': type }).end(rewrite(path, text));
}
