import type { Progress } from '../base/progress.js';
import { oneLine } from './render.js';

/** The least time between two redraws of the live line. */
const REDRAW_MS = 80;

/** Bytes in the unit that people read. */
export function humanBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return bytes < 1_000_000_000
    ? `${(bytes / 1_000_000).toFixed(1)} MB`
    : `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}

/** What it needs of the world. */
interface Surroundings {
  /** A clock, in milliseconds. */
  readonly now: () => number;
  /** The variable TERM: what kind of terminal it is. */
  readonly term: string | undefined;
}

/** Progress on `stream`: one live line on a terminal, a plain line a stage elsewhere and where escapes mean nothing. */
export function streamProgress(
  stream: NodeJS.WriteStream,
  { now, term }: Surroundings,
): Progress & { end(): void } {
  const live = stream.isTTY && term !== 'dumb';
  // A line that the terminal breaks could not be cleared again.
  const fitting = (text: string): string => text.slice(0, Math.max(10, stream.columns - 1));
  let stage: string | undefined;
  let startedAt = 0;
  let drawnAt = -REDRAW_MS;
  const clear = (): void => {
    if (live) stream.write('\r\u001b[K');
  };
  const finish = (): void => {
    if (stage === undefined) return;
    clear();
    if (live) stream.write(`  ✓ ${stage} (${((now() - startedAt) / 1000).toFixed(1)} s)\n`);
    stage = undefined;
  };
  const line = (text: string): void => {
    clear();
    stream.write(`${oneLine(text)}\n`);
    if (live && stage !== undefined) stream.write(fitting(`  … ${stage}`));
  };
  return {
    stage(text) {
      finish();
      stage = oneLine(text);
      startedAt = now();
      stream.write(live ? fitting(`  … ${stage}`) : `  ${stage}\n`);
    },
    bytes(done, total) {
      if (!live || stage === undefined || now() - drawnAt < REDRAW_MS) return;
      drawnAt = now();
      clear();
      stream.write(
        fitting(`  … ${stage} ${humanBytes(done)}${total === undefined ? '' : ` of ${humanBytes(total)}`}`),
      );
    },
    note: (text) => line(`  ${text}`),
    warn: (text) => line(`  warning: ${text}`),
    end: finish,
  };
}
