/*
 * npm test [-- STEP|FILE…]: everything that CI runs. Ends with the plain line "N passed, N failed", summed over all
 * steps; a step that counts nothing itself (formatter, linter…) is one test. Without arguments all steps run; `--list`
 * names them; a path (test/e2e/golden.test.ts) runs that file with ava.
 */
import { availableParallelism } from 'node:os';
import { runAll } from './test/pool.js';
import { avaStep, STEPS } from './test/steps.js';

const wanted = process.argv.slice(2);
if (wanted.includes('--list')) {
  for (const { name, about } of [...STEPS, avaStep([])]) console.log(`${name.padEnd(10)}${about}`);
  process.exit(0);
}

const files = wanted.filter((word) => word.includes('/') || word.endsWith('.ts'));
const names = wanted.filter((word) => !files.includes(word));
const known = new Set([...STEPS.map(({ name }) => name), 'ava']);
const unknown = names.filter((name) => !known.has(name));
if (unknown.length > 0) {
  console.error(
    `npm test: no step named ${unknown.join(', ')}; steps are ${[...known].join(' ')}, else paths of test files`,
  );
  process.exit(2);
}

const all = wanted.length === 0;
const steps = STEPS.filter(({ name }) => all || names.includes(name));
const background = runAll(
  steps.filter(({ inBackground }) => inBackground === true),
  1,
  false,
);
const results = await runAll(
  steps.filter(({ inBackground }) => inBackground !== true),
  availableParallelism(),
);
if (all || names.includes('ava') || files.length > 0) {
  // Alone but for what runs in the background: its containers need both cores, and their stop times are looked at.
  results.push(...(await runAll([avaStep(files)], 1)));
}
results.push(...(await background));

console.log('\nStep       passed  failed  seconds');
for (const { name, passed, failed, seconds } of results) {
  const columns = [String(passed).padStart(6), String(failed).padStart(6), seconds.toFixed(1).padStart(7)];
  console.log(`${name.padEnd(10)} ${columns.join('  ')}`);
}
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
process.exitCode = sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
