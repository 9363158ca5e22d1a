import { stat } from 'node:fs/promises';
import { readAtMost, stdinAtMost } from '../base/bounded-read.js';
import { S6tsError } from '../base/error.js';

/** Beyond this it is something else; a line has some 100 bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What reading a timeline needs of the world. */
export interface TimelineContext {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly signal: AbortSignal;
  readonly stdin: NodeJS.ReadableStream;
}

/**
 * The text of a timeline: of stdin (`-`), of a file where there is one of that name, else of a container of the Docker
 * engine. @throws S6tsError `file-…`, `container-missing`, `timeline-missing`, `engine-…`.
 */
export async function readTimeline(from: string, context: TimelineContext): Promise<string> {
  if (from === '-') return (await stdinAtMost(context.stdin, MAX_BYTES, 'timeline')).toString();
  if (await isThere(from)) return (await readAtMost(from, MAX_BYTES)).toString();
  if (from.includes('/')) {
    throw new S6tsError('file-missing', `cannot read ${from}: no such file or folder`, {
      what: from,
      hint: 'name a file, a container of your Docker engine, or - for stdin',
    });
  }
  const { containerTimeline } = await import('./store/docker-daemon/container-timeline.js');
  return containerTimeline(from, context);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
