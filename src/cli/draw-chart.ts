import type { BootChart, Phase, Span } from '../image/boot-chart.js';
import { oneLine } from './render.js';

/** Where it is drawn. */
export interface Canvas {
  /** Columns of a line. */
  readonly width: number;
  /** Unicode blocks; else plain ASCII. */
  readonly unicode: boolean;
}

const LABEL_MOST = 32;
const BARS_LEAST = 20;
/** Eighths of a column, the ends of bars. */
const BLOCKS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** Draws start and stop of a container, each on a scale of its own, a line a span. */
export function drawChart(chart: BootChart, canvas: Canvas): string {
  const labels = chart.phases.flatMap(({ spans }) => spans.map(({ label }) => oneLine(label).length));
  const labelWidth = Math.min(LABEL_MOST, longest(labels));
  const notes = chart.phases.flatMap(({ spans }) => spans.map((span) => noteOf(span).length));
  const room = canvas.width - labelWidth - longest(notes) - 4;
  const bars = Math.max(BARS_LEAST, room);
  const sections = chart.phases.map((phase) => drawPhase(phase, labelWidth, bars, canvas.unicode));
  const code = chart.code === undefined ? 'no end yet, or killed' : `exit code ${chart.code}`;
  return [...sections, `${milliseconds(chart.lifeMs)} in all, ${code}`].join('\n\n');
}

/** Math.max takes no more numbers than the stack has room for. */
function longest(lengths: readonly number[]): number {
  return lengths.reduce((most, length) => Math.max(most, length), 0);
}

function drawPhase(phase: Phase, labelWidth: number, bars: number, unicode: boolean): string {
  const lines = phase.spans.map((span) => {
    const label = fitted(oneLine(span.label), labelWidth, unicode);
    return `${label}  ${bar(span, phase.ms, bars, unicode)}  ${noteOf(span)}`;
  });
  return [`${phase.name}: ${milliseconds(phase.ms)}`, ...lines].join('\n');
}

function fitted(label: string, width: number, unicode: boolean): string {
  return label.length <= width ? label.padEnd(width) : `${label.slice(0, width - 1)}${unicode ? '…' : '~'}`;
}

function bar({ startMs, endMs }: Span, ms: number, columns: number, unicode: boolean): string {
  const scale = ms > 0 ? columns / ms : 0;
  const from = Math.min(columns - 1, Math.floor(startMs * scale));
  const length = Math.min(columns - from, Math.max((endMs - startMs) * scale, 1 / BLOCKS.length));
  const whole = Math.floor(length);
  const rest = BLOCKS[Math.floor((length - whole) * BLOCKS.length)] ?? '';
  const drawn = unicode ? `${'█'.repeat(whole)}${rest}` : '#'.repeat(Math.max(1, Math.round(length)));
  return `${' '.repeat(from)}${drawn}`.padEnd(columns);
}

function noteOf(span: Span): string {
  const took = milliseconds(span.endMs - span.startMs);
  if (span.state === 'running') return `from ${milliseconds(span.startMs)} on`;
  if (span.state !== undefined) return `${took}, ${span.state}`;
  return span.code === undefined || span.code === 0 ? took : `${took}, exit code ${span.code}`;
}

function milliseconds(ms: number): string {
  return ms < 10_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
