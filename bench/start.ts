/** `s6ts --version` and `--help` beside the bare start of Node: what a command costs before it does anything. */
import { execFileSync } from 'node:child_process';
import { interleave, report } from './harness.js';
import { CLI } from './run-s6ts.js';

const run =
  (...args: readonly string[]) =>
  (): number => {
    const start = performance.now();
    execFileSync(process.execPath, args, { stdio: 'ignore' });
    return performance.now() - start;
  };

const NODE = 'node, an empty program';
const series = await interleave(
  new Map([
    [NODE, run('-e', '')],
    ['s6ts --version', run(CLI, '--version')],
    ['s6ts --help', run(CLI, '--help')],
    ['s6ts inject --help', run(CLI, 'inject', '--help')],
  ]),
);
report('start of the command', 'ms', NODE, series, [
  { of: 's6ts --version', peer: NODE, limit: 2, at: 'most' },
  { of: 's6ts --help', peer: NODE, limit: 2, at: 'most' },
]);
