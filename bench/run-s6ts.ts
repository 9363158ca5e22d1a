import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const CLI = new URL('../bin/run.cjs', import.meta.url).pathname;

/** Loaded before s6ts, into its process: notes the largest resident set (getrusage(2)), in kB. */
const NOTE_PEAK = `data:text/javascript,${encodeURIComponent(
  'import { writeFileSync } from "node:fs"; process.on("exit", () => writeFileSync(process.env.S6TS_BENCH_PEAK, String(process.resourceUsage().maxRSS)));',
)}`;

/** What a run took: milliseconds, and the most memory that it had at a time, in MB. */
export interface Run {
  readonly ms: number;
  readonly peak: number;
}

/** Runs s6ts beside this process, which may be serving it. @throws Error where it doesn't end with 0. */
export async function runS6ts(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 's6ts-peak-'));
  const note = join(folder, 'peak');
  try {
    const start = performance.now();
    const child = spawn(process.execPath, [`--import=${NOTE_PEAK}`, CLI, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env, S6TS_BENCH_PEAK: note },
    });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said = `${said}${text.toString()}`.slice(-2000)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    const ms = performance.now() - start;
    if (code !== 0) throw new Error(`s6ts ${args.join(' ')} ended with ${String(code)}:\n${said}`);
    return { ms, peak: Number(readFileSync(note, 'utf8')) / 1000 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
