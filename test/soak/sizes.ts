import { appendFile } from 'node:fs/promises';
import type { ExecutionContext } from 'ava';

/** `npm run soak` asks for the long form; `npm test` runs the short one. */
const LONG = process.env['S6TS_SOAK'] === 'long';

/** One of two sizes, by the form. */
export function sized<T>(short: T, long: T): T {
  return LONG ? long : short;
}

/** Notes a number for the table of `npm run soak` (S6TS_SOAK_NUMBERS is the file it reads), and in ava's own log. */
export async function record(t: ExecutionContext, what: string, value: string | number): Promise<void> {
  t.log(`${what}: ${value}`);
  const file = process.env['S6TS_SOAK_NUMBERS'];
  if (file !== undefined) await appendFile(file, `${JSON.stringify([t.title, what, String(value)])}\n`);
}

/** Numbers in [0, 1) that a seed repeats (mulberry32): S6TS_SOAK_SEED, else a new one, which is recorded. */
export async function randomOf(t: ExecutionContext): Promise<() => number> {
  let state = Number(process.env['S6TS_SOAK_SEED'] ?? Date.now() % 1_000_000);
  await record(t, 'seed (S6TS_SOAK_SEED repeats it)', state);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
