import { readFile } from 'node:fs/promises';
import { editDistance } from '../base/edit-distance.js';
import { fileError, S6tsError } from '../base/error.js';
import { jsonOrNothing } from '../base/json-object.js';
import { packagePath } from '../base/package-root.js';

const KINDS = ['flag', 'set', 'choice', 'time', 'text', 'lines', 'signal'] as const;

/** A variable that steers /init: a row of src/runtime/knobs.def. */
export interface Knob {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  /** What holds where it is unset or empty; "" is nothing at all. */
  readonly default: string;
  /** Bounds of a number; both 0 for a text. */
  readonly min: number;
  readonly max: number;
  /** "ms" or "". */
  readonly unit: string;
  readonly help: string;
}

/** What the runtime's tables say about the environment. */
export interface KnobTable {
  readonly knobs: readonly Knob[];
  /** Signal names without SIG. */
  readonly signals: readonly string[];
}

/** What a setting `NAME=VALUE` is worth to /init. */
export type Verdict =
  | { readonly kind: 'good'; readonly knob: Knob; readonly value: string }
  /** The knob is known, the value isn't taken as it is; `used` is what /init takes instead. */
  | { readonly kind: 'bad-value'; readonly knob: Knob; readonly why: string; readonly used: string }
  | { readonly kind: 'unknown'; readonly name: string; readonly nearest?: string }
  /** Not a name that /init looks at. */
  | { readonly kind: 'foreign'; readonly name: string };

/** Reads the table that the runtime's build printed. @throws S6tsError `file-missing` | `runtime-malformed`. */
export async function readKnobs(path = packagePath('build', 'runtime', 'tables.json')): Promise<KnobTable> {
  const hint = 'in the source of s6ts: npm run build';
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError('read', path, error, hint);
  });
  const table = jsonOrNothing(text);
  if (isTable(table)) return table;
  throw new S6tsError('runtime-malformed', `${path} lists no variables`, { what: path, hint });
}

function isTable(value: unknown): value is KnobTable {
  if (typeof value !== 'object' || value === null || !('knobs' in value) || !('signals' in value))
    return false;
  const { knobs, signals } = value;
  return (
    Array.isArray(knobs) &&
    knobs.length > 0 &&
    knobs.every(isKnob) &&
    Array.isArray(signals) &&
    signals.every((name) => typeof name === 'string')
  );
}

function isKnob(value: unknown): value is Knob {
  if (typeof value !== 'object' || value === null) return false;
  const row = value as Partial<Record<keyof Knob, unknown>>;
  return (
    [row.name, row.default, row.unit, row.help].every((text) => typeof text === 'string') &&
    [row.min, row.max].every((bound) => typeof bound === 'number') &&
    KINDS.some((kind) => kind === row.kind)
  );
}

/*
 * The rules below are /init's, in C, and these numbers too: src/runtime/init/knobs.c (FAR), src/runtime/lib/signals.h. A
 * test holds what both say of the same settings side by side (test/e2e/knob-verdicts.test.ts).
 */

/** A name that is suggested is at most this far away. */
const FAR = 4;
/** The first real-time signal, as Docker and glibc count, and the last. */
const [RTMIN, RTMAX] = [34, 64];

/** The knob whose name is nearest, if one is near. */
export function nearestKnob({ knobs }: KnobTable, name: string): string | undefined {
  return knobs
    .map((knob) => ({ name: knob.name, distance: editDistance(name, knob.name) }))
    .filter(({ distance }) => distance <= FAR)
    .sort((a, b) => a.distance - b.distance)[0]?.name;
}

/** Judges a setting as /init does at its start (src/runtime/init/knobs.c). */
export function judgeSetting(table: KnobTable, name: string, value: string): Verdict {
  const knob = table.knobs.find((candidate) => candidate.name === name);
  if (knob !== undefined) return judgeValue(table, knob, value);
  // ENV S6_OVERLAY_VERSION and the like are for an image's own build.
  if (!name.startsWith('S6_') || name.startsWith('S6_OVERLAY_')) return { kind: 'foreign', name };
  const nearest = nearestKnob(table, name);
  return { kind: 'unknown', name, ...(nearest === undefined ? {} : { nearest }) };
}

function judgeValue(table: KnobTable, knob: Knob, value: string): Verdict {
  const bad = (why: string, used: string): Verdict => ({ kind: 'bad-value', knob, why, used });
  if (value === '') return { kind: 'good', knob, value: knob.default };
  switch (knob.kind) {
    case 'text':
    case 'lines':
      return { kind: 'good', knob, value };
    case 'signal':
      return isSignal(table, value) ? { kind: 'good', knob, value } : bad('no signal', knob.default);
    case 'set':
      return { kind: 'good', knob, value: value === '0' ? '0' : '1' };
    case 'flag':
    case 'choice':
    case 'time': {
      if (!/^-?[0-9]+$/.test(value)) return bad('no number', knob.default);
      if (value.startsWith('-') || BigInt(value) < BigInt(knob.min))
        return bad('too small', String(knob.min));
      if (BigInt(value) > BigInt(knob.max)) return bad('too big', String(knob.max));
      return { kind: 'good', knob, value: String(BigInt(value)) };
    }
  }
}

/** Kernel numbers, names with or without SIG in any case, RTMIN+N and RTMAX-N. */
function isSignal({ signals }: KnobTable, value: string): boolean {
  if (/^[0-9]+$/.test(value)) return Number(value) >= 1 && Number(value) <= RTMAX;
  const name = value.toUpperCase().replace(/^SIG/, '');
  const offset = /^(?:RTMIN(?:\+([0-9]+))?|RTMAX(?:-([0-9]+))?)$/.exec(name);
  if (offset !== null) return Number(offset[1] ?? offset[2] ?? 0) <= RTMAX - RTMIN;
  return signals.includes(name);
}
