import type { TimelineEvent } from './timeline.js';

/** Something that took its time: a script, a service on its way up, the CMD's end. Times in ms from its phase's begin. */
export interface Span {
  readonly label: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly code?: number;
  readonly pid?: number;
  /** What its end is, where that isn't the end of a process: `up`, `ready`, `running` (nothing tells when it came up). */
  readonly state?: 'up' | 'ready' | 'running';
}

/** The start or the stop of a container: each has its own scale, as days may lie between them. */
export interface Phase {
  readonly name: 'start' | 'stop';
  readonly ms: number;
  readonly spans: readonly Span[];
}

/** A container's life. */
export interface BootChart {
  readonly phases: readonly Phase[];
  /** From the start of /init to its end, or to the last event where it is still running. */
  readonly lifeMs: number;
  /** The container's exit code; absent while it runs, or where it was killed. */
  readonly code?: number;
}

const NS_PER_MS = 1e6;

/** What a timeline of one start of /init amounts to; several processes write it, so the order of its lines is not relied on. */
export function bootChart(timeline: readonly TimelineEvent[]): BootChart {
  const events = [...timeline].sort((a, b) => a.ns - b.ns);
  const first = events[0]?.ns ?? 0;
  const last = events.at(-1)?.ns ?? first;
  const stop = events.find(({ stage, event }) => stage === 'stage3' || (stage === 'cmd' && event === 'end'));
  const stopNs = stop?.ns ?? Infinity;
  const before = events.filter(({ ns }) => ns < stopNs);
  const after = events.filter(({ ns }) => ns >= stopNs);
  const code = events.find(({ stage, event }) => stage === 'init' && event === 'end')?.code;
  const phases = [startPhase(before), ...(after.length === 0 ? [] : [stopPhase(after)])];
  return { phases, lifeMs: (last - first) / NS_PER_MS, ...(code === undefined ? {} : { code }) };
}

function startPhase(events: readonly TimelineEvent[]): Phase {
  const begin = events[0]?.ns ?? 0;
  const end = events.at(-1)?.ns ?? begin;
  const at = (ns: number): number => (ns - begin) / NS_PER_MS;
  // From the last event to the first: what was met before is what comes next, and a line is looked at once.
  const next = new Map<string, { reached?: TimelineEvent; over?: TimelineEvent }>();
  const spans: Span[] = [];
  for (const event of [...events].reverse()) {
    const thing = thingOf(event);
    const { reached, over } = next.get(thing) ?? {};
    if (event.event === 'end') next.set(thing, { ...next.get(thing), over: event });
    if (event.event === 'ready' || event.event === 'up')
      next.set(thing, { ...next.get(thing), reached: event });
    if (event.event !== 'start' || isEnvelope(event)) continue;
    const state = reached?.event === 'ready' || reached?.event === 'up' ? reached.event : 'running';
    spans.push({
      label: labelOf(event),
      startMs: at(event.ns),
      endMs: at(reached?.ns ?? over?.ns ?? end),
      ...(over?.code === undefined ? {} : { code: over.code }),
      ...(event.pid === undefined ? {} : { pid: event.pid }),
      ...(over === undefined ? { state } : {}),
    });
  }
  spans.reverse();
  return { name: 'start', ms: at(end), spans };
}

function stopPhase(events: readonly TimelineEvent[]): Phase {
  const begin = events[0]?.ns ?? 0;
  const end = events.at(-1)?.ns ?? begin;
  const at = (ns: number): number => (ns - begin) / NS_PER_MS;
  const asked = events.find(({ stage, event }) => stage === 'stage3' && event === 'start')?.ns ?? begin;
  const starts = firstStarts(events);
  const spans = events.flatMap((over): Span[] => {
    if (over.stage === 'stage3' && over.event === 'sweep')
      return [{ label: 'what is left', startMs: at(over.ns), endMs: at(end) }];
    if (over.event !== 'end' || over.stage === 'init') return [];
    const started = starts.get(thingOf(over));
    // The CMD and the services have run for long: what counts is how long they take from the asking on.
    const from = started?.ns ?? Math.min(asked, over.ns);
    return [
      {
        label: labelOf(over),
        startMs: at(from),
        endMs: at(over.ns),
        ...(over.code === undefined ? {} : { code: over.code }),
        ...(over.pid === undefined ? {} : { pid: over.pid }),
      },
    ];
  });
  return { name: 'stop', ms: at(end), spans: spans.sort((a, b) => a.startMs - b.startMs) };
}

/** /init and stage 2 themselves: their parts are shown instead. */
function isEnvelope({ stage, name }: TimelineEvent): boolean {
  return (stage === 'init' && name === undefined) || stage === 'stage2' || stage === 'stage3';
}

/** What events are about, a script or a service: they have this in common. */
function thingOf({ stage, name }: TimelineEvent): string {
  return JSON.stringify([stage, name]);
}

/** The first start of each, looked up rather than searched for: a timeline may hold thousands of services. */
function firstStarts(events: readonly TimelineEvent[]): ReadonlyMap<string, TimelineEvent> {
  const found = new Map<string, TimelineEvent>();
  for (const event of events)
    if (event.event === 'start' && !found.has(thingOf(event))) found.set(thingOf(event), event);
  return found;
}

const STAGE_LABELS: ReadonlyMap<string, string> = new Map([
  ['svscan', 's6-svscan'],
  ['services', 'service'],
  ['cmd', 'CMD'],
]);

function labelOf({ stage, name }: TimelineEvent): string {
  if (stage === 'init') return name ?? '/init';
  const label = STAGE_LABELS.get(stage) ?? stage;
  return name === undefined ? label : `${label} ${name}`;
}
