import type { Knob, Verdict } from '../overlay/knobs.js';
import { oneLine } from './render.js';

/** What a knob may be set to, for people. */
export function rangeOf({ kind, min, max }: Knob): string {
  switch (kind) {
    case 'flag':
    case 'choice':
      return max - min === 1 ? `${min}, ${max}` : `${min}…${max}`;
    case 'time':
      return `${min}…${max}`;
    case 'set':
      return '0, or any text';
    case 'text':
      return 'text';
    case 'lines':
      return 'lines';
    case 'signal':
      return 'signal';
  }
}

/** What holds where a knob is unset. */
export function defaultOf({ default: value, unit }: Knob): string {
  return value === '' ? 'not set' : `${value}${unit === '' ? '' : ` ${unit}`}`;
}

const LEAST_HELP = 30;

/** The knobs as a table of columns; the last one is wrapped where `width` (columns of the terminal) is given. */
export function formatKnobs(knobs: readonly Knob[], width?: number): string {
  const head = ['VARIABLE', 'DEFAULT', 'VALUES', 'WHAT IT DOES'] as const;
  const rows = knobs.map((knob) => [knob.name, defaultOf(knob), rangeOf(knob), knob.help] as const);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)),
  );
  const indent = widths.reduce((sum, columns) => sum + columns + 2, 0);
  const room = width === undefined ? undefined : Math.max(LEAST_HELP, width - indent);
  return [head, ...rows]
    .flatMap((row) => {
      const [first = '', ...more] = wrap(row[3], room);
      const start = widths.map((columns, index) => (row[index] ?? '').padEnd(columns + 2)).join('');
      return [`${start}${first}`, ...more.map((line) => `${' '.repeat(indent)}${line}`)];
    })
    .join('\n');
}

function wrap(text: string, room: number | undefined): string[] {
  if (room === undefined) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** One line on a setting, in the words of /init where it would warn. */
export function formatVerdict(verdict: Verdict, given: string): string {
  switch (verdict.kind) {
    case 'good':
      return `${oneLine(given)} is good`;
    case 'bad-value': {
      const used = verdict.used === '' ? 'left out' : `${verdict.used} is used`;
      return `${oneLine(given)} is ${verdict.why}: ${used}`;
    }
    case 'unknown': {
      const hint = verdict.nearest === undefined ? '' : `: did you mean ${verdict.nearest}?`;
      return `${oneLine(verdict.name)} is no variable of s6-overlay${hint}`;
    }
    case 'foreign':
      return `${oneLine(verdict.name)} means nothing to /init: it goes to scripts and the CMD as it is`;
  }
}
