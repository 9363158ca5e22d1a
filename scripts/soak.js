/*
 * npm run soak [-- FILE…]: the tests of test/soak in their long form, one file after the other, and a table of the
 * numbers that they noted. S6TS_SOAK_SEED repeats the random moments of an earlier run.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 's6ts-soak-'));
const numbers = join(folder, 'numbers');
writeFileSync(numbers, '');
const files = process.argv.length > 2 ? process.argv.slice(2) : ['test/soak/**/*.test.ts'];
const started = performance.now();
const { status } = spawnSync(
  process.execPath,
  ['node_modules/ava/entrypoints/cli.mjs', '--serial', '--concurrency=1', '--timeout=40m', ...files],
  {
    cwd: new URL('..', import.meta.url),
    env: { ...process.env, S6TS_SOAK: 'long', S6TS_SOAK_NUMBERS: numbers },
    stdio: 'inherit',
  },
);
let last = '';
for (const line of readFileSync(numbers, 'utf8').trim().split('\n').filter(Boolean)) {
  const [test, what, value] = JSON.parse(line);
  if (test !== last) console.log(`\n${test}`);
  console.log(`  ${what.padEnd(48)} ${value}`);
  last = test;
}
rmSync(folder, { recursive: true });
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s`);
process.exitCode = status === 0 ? 0 : 1;
