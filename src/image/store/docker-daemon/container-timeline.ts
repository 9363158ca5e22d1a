import type { IncomingMessage } from 'node:http';
import { Parser } from 'tar/parse';
import type { ReadEntry } from 'tar/read-entry';
import { S6tsError } from '../../../base/error.js';
import { isObject } from '../../../base/json-object.js';
import { HOME } from '../../../overlay/layout.js';
import { TIMELINE } from '../../timeline.js';
import { findEngine } from './context.js';
import { Engine } from './engine.js';
import { connectionError, expectGood } from './errors.js';
import { parseAnswer, textOf } from './json.js';

/** `s6-cat <TIMELINE`, without a shell: the image may have none. */
const CAT = [`/${HOME}/bin/redirfd`, '-r', '0', TIMELINE, `/${HOME}/bin/s6-cat`];

/**
 * The timeline of a container, running or ended. Where it lies on a tmpfs the archive API can't see it: then a program
 * of ours reads it inside, while the container runs.
 * @throws S6tsError `container-missing` | `timeline-missing` | `engine-…`.
 */
export async function containerTimeline(
  name: string,
  { env, home, signal }: { env: NodeJS.ProcessEnv; home: string; signal: AbortSignal },
): Promise<string> {
  const engine = new Engine(await findEngine(env, home), signal);
  const path = `/containers/${encodeURIComponent(name)}`;
  const inspected = await engine.ask({ method: 'GET', path: `${path}/json` });
  if (inspected.status === 404) {
    throw new S6tsError('container-missing', `there is no file ${name}, and no container of that name`, {
      what: name,
      hint: '`docker ps -a` lists the containers',
    });
  }
  const container = parseAnswer(expectGood(inspected, `show the container ${name}`));
  const running = isObject(container['State']) && container['State']['Running'] === true;
  const found = (await fromArchive(engine, path)) ?? (running ? await fromInside(engine, path) : undefined);
  if (found !== undefined) return found;
  throw new S6tsError('timeline-missing', `the container ${name} has no ${TIMELINE}`, {
    what: name,
    hint: running
      ? 'is /init of s6ts its entrypoint?'
      : 'one with a read-only root or a tmpfs on /run has it while it runs only: ask then',
  });
}

async function fromArchive(engine: Engine, path: string): Promise<string | undefined> {
  const message = await engine.stream({ method: 'GET', path: `${path}/archive`, query: { path: TIMELINE } });
  if (message.statusCode !== 200) {
    message.resume();
    return undefined;
  }
  return onlyFile(message).catch((error: unknown) => {
    throw connectionError(engine.address, error);
  });
}

/** The file of an archive; a link, as a read-only root has it there, is none. */
function onlyFile(message: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let found: string | undefined;
    const parser = new Parser({
      onReadEntry(entry: ReadEntry) {
        const chunks: Buffer[] = [];
        entry.on('data', (chunk: Buffer) => chunks.push(chunk));
        entry.on('end', () => {
          if (entry.type === 'File') found = Buffer.concat(chunks).toString();
        });
      },
    });
    parser.on('end', () => resolve(found));
    parser.on('error', reject);
    message.on('error', reject);
    message.pipe(parser);
  });
}

async function fromInside(engine: Engine, path: string): Promise<string | undefined> {
  const exec = { AttachStdout: true, AttachStderr: true, Cmd: CAT };
  const made = await engine.ask({ method: 'POST', path: `${path}/exec`, json: exec });
  const id = textOf(parseAnswer(expectGood(made, 'run a program in the container'))['Id']);
  const request = { method: 'POST', path: `/exec/${id}/start`, json: { Detach: false, Tty: false } } as const;
  const message = await engine.stream(request);
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk as Uint8Array);
  const state = parseAnswer(await engine.ask({ method: 'GET', path: `/exec/${id}/json` }));
  return state['ExitCode'] === 0 ? stdoutOf(Buffer.concat(chunks)) : undefined;
}

const HEADER_BYTES = 8;

/** The engine's frames of stdout: a byte that names the stream, three of nothing, a length, the bytes (Engine API, attach). */
function stdoutOf(bytes: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const length = bytes.readUInt32BE(at + 4);
    if (bytes[at] === 1) parts.push(bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
    at += HEADER_BYTES + length;
  }
  return Buffer.concat(parts).toString();
}
