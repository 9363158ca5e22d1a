import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

/** What a proxy does to a request and its answer in place of passing them on. */
export type Fault =
  /** Answers itself. */
  | { readonly kind: 'answer'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Cuts the connection before anything is passed on. */
  | { readonly kind: 'reset' }
  /** Passes it on after so many milliseconds, as over a long way. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Never answers. */
  | { readonly kind: 'stall' }
  /** Passes it on and cuts the connection in place of the answer. */
  | { readonly kind: 'lose-answer' }
  /** Passes on the answer's first bytes, then cuts the connection, or says nothing more. */
  | { readonly kind: 'cut' | 'dry-up'; readonly after: number }
  /** Ends the answer early, as if that were all. */
  | { readonly kind: 'truncate'; readonly to: number }
  /** Changes one byte of the answer. */
  | { readonly kind: 'damage'; readonly at: number }
  /** Takes the request's body, says 201, and keeps it. */
  | { readonly kind: 'swallow' };

/** A request as the proxy saw it. */
export interface Seen {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
}

/** A registry behind a proxy that sees, counts, delays, changes and cuts. */
export interface ProxiedRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly seen: Seen[];
  /** Bytes that clients have sent: request lines, headers and bodies. */
  bytesSent(): number;
}

/** Puts a proxy before a registry until the test ends; `faultAt` judges each request: `METHOD /path?query`. */
export async function viaRegistryProxy(
  t: Pick<ExecutionContext, 'teardown'>,
  host: string,
  faultAt: (line: string) => Fault | undefined = () => undefined,
): Promise<ProxiedRegistry> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  let gone = 0;
  const server = createServer((from, to) => {
    const line = `${from.method ?? ''} ${from.url ?? ''}`;
    seen.push({ line, headers: from.headers });
    handle(from, to, host, faultAt(line));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      gone += socket.bytesRead;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    bytesSent: () => [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, gone),
  };
}

function handle(from: IncomingMessage, to: ServerResponse, host: string, fault: Fault | undefined): void {
  switch (fault?.kind) {
    case 'answer':
      afterBody(from, () => to.writeHead(fault.status, fault.headers).end());
      return;
    case 'swallow':
      afterBody(from, () => to.writeHead(201).end());
      return;
    case 'reset':
      from.socket.destroy();
      return;
    case 'stall':
      return;
    case 'late':
      setTimeout(() => passOn(from, to, host, undefined), fault.ms);
      return;
    default:
      passOn(from, to, host, fault);
  }
}

function afterBody(from: IncomingMessage, then: () => void): void {
  from.resume().on('end', then);
}

function passOn(
  from: IncomingMessage,
  to: ServerResponse,
  host: string,
  fault: Exclude<Fault, { kind: 'answer' | 'swallow' | 'reset' | 'stall' | 'late' }> | undefined,
): void {
  const [hostname = '', port] = host.split(':');
  const { method, url, headers } = from;
  const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
    if (fault?.kind === 'lose-answer') {
      answer.resume().on('end', () => from.socket.destroy());
      return;
    }
    void relay(answer, to, fault);
  });
  onward.on('error', () => from.socket.destroy());
  // Who goes in the middle of a request goes for the registry too.
  from.on('close', () => {
    if (!from.complete) onward.destroy();
  });
  from.pipe(onward);
}

async function relay(
  answer: IncomingMessage,
  to: ServerResponse,
  fault: Extract<Fault, { kind: 'cut' | 'dry-up' | 'truncate' | 'damage' }> | undefined,
): Promise<void> {
  const headers = { ...answer.headers };
  if (fault?.kind === 'truncate') {
    headers['content-length'] = String(Math.min(fault.to, Number(headers['content-length'])));
  }
  to.writeHead(answer.statusCode ?? 500, headers);
  to.on('close', () => answer.destroy());
  let done = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      const end = done + chunk.length;
      if (fault?.kind === 'damage' && fault.at >= done && fault.at < end) {
        chunk[fault.at - done] = (chunk[fault.at - done] ?? 0) ^ 1;
      }
      const limit =
        fault?.kind === 'truncate' ? fault.to : fault?.kind === 'damage' ? undefined : fault?.after;
      if (limit !== undefined && end >= limit) {
        await written(to, chunk.subarray(0, limit - done));
        if (fault?.kind === 'cut') to.destroy();
        else if (fault?.kind === 'truncate') to.end();
        return;
      }
      await written(to, chunk);
      done = end;
    }
    to.end();
  } catch {
    to.destroy();
  }
}

async function written(to: ServerResponse, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    to.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
