// npm run bench [NAME...]: runs the benchmarks one after the other; with no name, all.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const folder = new URL('../bench/', import.meta.url);
const helpers = new Set(['harness', 'launcher']);
const all = readdirSync(folder)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3))
  .filter((name) => !helpers.has(name))
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
  if (status !== 0) process.exit(2);
}
