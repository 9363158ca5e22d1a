import { S6tsError } from '../base/error.js';

/** Where /init writes it, in a container. */
export const TIMELINE = '/run/s6/timeline';

/** A line of it (RUNTIME.md, "Observability"). */
export interface TimelineEvent {
  /** CLOCK_MONOTONIC, in nanoseconds. */
  readonly ns: number;
  readonly stage: string;
  readonly event: string;
  readonly name?: string;
  readonly pid?: number;
  readonly code?: number;
}

const MAX_FAULTS = 5;
/** Some 292 years: what 64 bits of nanoseconds hold. JSON also has 1e999, which is Infinity. */
const MAX_NS = 2 ** 63;

/**
 * Parses a timeline. A last line without its newline is one that is being written, and left out.
 * @throws S6tsError `timeline-malformed` naming the first bad lines.
 */
export function parseTimeline(text: string, what: string): readonly TimelineEvent[] {
  const lines = text.split('\n').slice(0, -1);
  const events: TimelineEvent[] = [];
  const faults: string[] = [];
  for (const [index, line] of lines.entries()) {
    const event = parseLine(line);
    if (typeof event === 'string') faults.push(`line ${index + 1}: ${event}`);
    else events.push(event);
  }
  if (faults.length === 0 && events.length > 0) return events;
  const hint = `the timeline of a container is its file ${TIMELINE}`;
  if (faults.length === 0) throw new S6tsError('timeline-malformed', `${what} is empty`, { what, hint });
  const more = faults.length > MAX_FAULTS ? `; and ${faults.length - MAX_FAULTS} more` : '';
  throw new S6tsError(
    'timeline-malformed',
    `${what} is no timeline: ${faults.slice(0, MAX_FAULTS).join('; ')}${more}`,
    { what, hint },
  );
}

/** The event of a line, or what is wrong with it. */
function parseLine(line: string): TimelineEvent | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'no JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'no JSON object';
  const { ns, stage, event, name, pid, code } = value as Partial<Record<keyof TimelineEvent, unknown>>;
  if (typeof ns !== 'number' || !(ns >= 0 && ns <= MAX_NS)) return 'ns is no time';
  if (typeof stage !== 'string') return 'stage is no text';
  if (typeof event !== 'string') return 'event is no text';
  if (name !== undefined && typeof name !== 'string') return 'name is no text';
  if (pid !== undefined && !isInteger(pid)) return 'pid is no integer';
  if (code !== undefined && !isInteger(code)) return 'code is no integer';
  return {
    ns,
    stage,
    event,
    ...(name === undefined ? {} : { name: decodeName(name) }),
    ...(pid === undefined ? {} : { pid }),
    ...(code === undefined ? {} : { code }),
  };
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

/** /init writes each byte of a name as one character: UTF-8 is put together again, other bytes stay as they are. */
function decodeName(name: string): string {
  if (!/^[\0-\u00ff]*$/.test(name)) return name;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(name, 'latin1'));
  } catch {
    return name;
  }
}
