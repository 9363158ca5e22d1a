import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI } from './run-s6ts.js';

/** How often each thing is measured, at the least 15. */
export const RUNS = Math.max(15, Number(process.env['BENCH_RUNS'] ?? '15'));

/** One measured thing of a benchmark: its samples, in milliseconds (or what `unit` says). */
export interface Series {
  readonly name: string;
  readonly samples: readonly number[];
}

/** A goal: the median of `of` is at most (or at least) `limit` times the median of `peer`; without peer, `limit` itself. */
export interface Goal {
  readonly of: string;
  readonly peer?: string;
  readonly limit: number;
  readonly at: 'most' | 'least';
}

/** Middle of the sorted samples. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

/**
 * Measures the candidates in turn, round by round, so that a change of the machine's mood hits all of them alike.
 * One round before the first is thrown away.
 */
export async function interleave(
  candidates: ReadonlyMap<string, () => number | Promise<number>>,
  runs = RUNS,
): Promise<Series[]> {
  const samples = new Map([...candidates.keys()].map((name) => [name, [] as number[]]));
  for (let round = -1; round < runs; round++) {
    for (const [name, measure] of candidates) {
      const value = await measure();
      if (round >= 0) samples.get(name)?.push(value);
    }
  }
  return [...samples].map(([name, values]) => ({ name, samples: values }));
}

/**
 * Prints a table with ratios to `peer` and the goals, and writes bench/results/NAME.json. The process then ends with 1
 * where a goal was missed.
 */
export function report(
  name: string,
  unit: string,
  peer: string,
  series: readonly Series[],
  goals: readonly Goal[],
): void {
  const medianOf = (wanted: string): number =>
    median(series.find((one) => one.name === wanted)?.samples ?? []);
  const base = medianOf(peer);
  process.stdout.write(
    `\n${name} (${unit}, median of ${series[0]?.samples.length ?? 0}; ratio to ${peer})\n`,
  );
  for (const { name: label, samples } of series) {
    const [low, middle, high] = [Math.min(...samples), median(samples), Math.max(...samples)];
    process.stdout.write(
      `  ${label.padEnd(34)} ${middle.toFixed(3).padStart(10)}  ×${(middle / base).toFixed(2).padEnd(7)} [${low.toFixed(3)} … ${high.toFixed(3)}]\n`,
    );
  }
  const judged = goals.map((goal) => {
    const ratio = medianOf(goal.of) / (goal.peer === undefined ? 1 : medianOf(goal.peer));
    const met = goal.at === 'most' ? ratio <= goal.limit : ratio >= goal.limit;
    const limit = goal.peer === undefined ? `${goal.limit} ${unit}` : `${goal.limit} × ${goal.peer}`;
    process.stdout.write(
      `  goal: ${goal.of} at ${goal.at} ${limit}: ${ratio.toFixed(2)} ${met ? 'met' : 'MISSED'}\n`,
    );
    if (!met) process.exitCode = 1;
    return { ...goal, ratio, met };
  });
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    new URL(`${name.replaceAll(/[^a-z0-9]+/gi, '-')}.json`, folder),
    JSON.stringify({ name, unit, series, goals: judged }, null, 2),
  );
}

/** A scratch folder on a tmpfs of its own, so that a disk's speed is out of the figures. Needs root. */
export function scratch(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 's6ts-bench-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 's6ts-bench', folder]);
  return {
    folder,
    remove: () => {
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** The amd64 overlay that is measured: S6TS_OVERLAY, else one built now, unsigned, into `folder`. */
export function overlayTarball(folder: string): string {
  const given = process.env['S6TS_OVERLAY'];
  if (given !== undefined) return given;
  const args = [CLI, 'build-release', '--arch', 'amd64', '--no-sign', '--out', folder];
  execFileSync(process.execPath, args, { stdio: 'inherit' });
  return join(folder, 's6-overlay-amd64.tar.gz');
}
