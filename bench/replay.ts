/** The requests that a proxy has seen s6ts make, made anew by curl: one after the other, each by a curl of its own. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Seen } from '../test/harness/registry-proxy.js';

/** The file with what a request sends, by the blob's digest; a manifest's by its tag. */
export type Bodies = ReadonlyMap<string, string>;

/**
 * Makes the requests in a registry, those to the repository `seenIn` in `repository`. An upload goes where the answer to a
 * request for one says. Fails where curl gets no answer; what the answers are is for the caller to check.
 */
export async function replay(
  seen: readonly Seen[],
  bodies: Bodies,
  host: string,
  { seenIn, repository }: { readonly seenIn: string; readonly repository: string },
): Promise<void> {
  const places: string[] = [];
  for (const { line, headers } of seen) {
    const [method = '', path = ''] = line.split(' ');
    const url = new URL(path.replace(`/v2/${seenIn}/`, `/v2/${repository}/`), `http://${host}`);
    const types = [`Accept: ${headers.accept ?? ''}`, `Content-Type: ${headers['content-type'] ?? ''}`];
    const args = types.flatMap((type) => ['--header', type]);
    if (method === 'HEAD') args.push('--head');
    else args.push('--request', method);
    const begins = method === 'POST' && !url.searchParams.has('mount');
    if (begins) args.push('--dump-header', '-');
    const digest = url.searchParams.get('digest');
    if (method === 'PUT') {
      const body = bodies.get(digest ?? path.slice(path.lastIndexOf('/') + 1));
      if (body === undefined) throw new Error(`no body for ${line}`);
      args.push('--data-binary', `@${body}`);
    }
    const place = method === 'PUT' && digest !== null ? places.shift() : undefined;
    const answer = await curl([...args, place === undefined ? url.href : `${place}&digest=${digest ?? ''}`]);
    if (begins) places.push(/^location: (\S+)/im.exec(answer)?.[1] ?? '');
  }
}

async function curl(args: readonly string[]): Promise<string> {
  return (await promisify(execFile)('curl', ['--silent', ...args])).stdout;
}
