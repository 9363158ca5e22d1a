import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import type { Engine } from './engine.js';
import { tarOf, type Files } from './tarball.js';

const building = new Map<string, Promise<string>>();

/**
 * Builds an image with the engine's classical builder, from a context of `files` (absolute paths), without network.
 * Named by its content, so that a second call of any test file finds it.
 * @returns the image's reference.
 * @throws Error with the builder's output when a step fails.
 */
export function buildImage(
  engine: Engine,
  name: string,
  dockerfile: string,
  files: Files = {},
): Promise<string> {
  const context = tarOf({ '/Dockerfile': dockerfile, ...files });
  const hash = createHash('sha256').update(context).digest('hex').slice(0, 12);
  const reference = `s6ts-test/${name}:${hash}`;
  // The tests of a file ask all at once.
  const begun = building.get(reference) ?? build(engine, reference, context);
  building.set(reference, begun);
  return begun;
}

async function build({ docker }: Engine, reference: string, context: Buffer): Promise<string> {
  if (
    await docker
      .getImage(reference)
      .inspect()
      .then(Boolean, () => false)
  )
    return reference;
  const stream = await docker.buildImage(Readable.from([gzipSync(context, { level: 1 })]), {
    t: reference,
    networkmode: 'none',
    forcerm: true,
  });
  const output = await readProgress(stream);
  if (output.error !== undefined)
    throw new Error(`docker build of ${reference}: ${output.error}\n${output.text}`);
  return reference;
}

/** An image of one layer with these files. `changes` are Dockerfile lines (`ENTRYPOINT ["/init"]`). */
export function imageOf(
  engine: Engine,
  name: string,
  root: Files,
  changes: readonly string[] = [],
): Promise<string> {
  const dockerfile = ['FROM scratch', 'ADD root.tar /', ...changes, ''].join('\n');
  return buildImage(engine, name, dockerfile, { '/root.tar': tarOf(root) });
}

/** Reads the engine's stream of JSON lines to its end; an error comes inside it, after HTTP 200. */
async function readProgress(stream: NodeJS.ReadableStream): Promise<{ text: string; error?: string }> {
  let all = '';
  for await (const chunk of stream) all += chunk.toString();
  const items = all
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as { stream?: string; error?: string });
  const text = items.map((item) => item.stream ?? '').join('');
  const error = items.find((item) => item.error !== undefined)?.error;
  return error === undefined ? { text } : { text, error };
}
