// npm run bench [-- NAME...]: runs the benchmarks one after the other; with no name, all. Ends with 1 where one missed an
// aim of its own, with 2 where one could not be run.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const folder = new URL('../bench/', import.meta.url);
/** What the benchmarks share. */
const shared = new Set([
  'harness',
  'launcher',
  'peers',
  'readme-section',
  'registry-images',
  'replay',
  'run-s6ts',
  'seed-build',
]);
const all = readdirSync(folder)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3))
  .filter((name) => !shared.has(name))
  .sort();
const wanted = process.argv.length > 2 ? process.argv.slice(2) : all;
for (const name of wanted) {
  if (!all.includes(name)) {
    console.error(`bench: there is no "${name}"; known are: ${all.join(' ')}`);
    process.exit(2);
  }
  const { status } = spawnSync(process.execPath, ['--import=tsx', new URL(`${name}.ts`, folder).pathname], {
    stdio: 'inherit',
  });
  if (status === 1) process.exitCode = 1;
  else if (status !== 0) process.exit(2);
}
