import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';

/** A server on 127.0.0.1 that goes when the test ends. */
export interface TestServer {
  readonly url: string;
  /** The paths asked for, in order. */
  readonly requests: string[];
}

/** Serves with `answer`. */
export async function serve(
  t: ExecutionContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestServer> {
  const requests: string[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Serves the files of a map by their path (`/a/b`), 404 for the rest; the map may change meanwhile. */
export function serveFiles(t: ExecutionContext, files: Map<string, Uint8Array>): Promise<TestServer> {
  return serve(t, (request, response) => {
    const bytes = files.get(decodeURIComponent(request.url ?? ''));
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function deafUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
