import type { ExecutionContext } from 'ava';
import type { Ended } from '../../harness/container.js';
import type { Expectation } from './case.js';

/** Judges how a container ended; a failure shows all that it said. */
export function judge(t: ExecutionContext, ended: Ended, expected: Expectation): void {
  const said = `\n--- stdout\n${ended.stdout}\n--- stderr\n${ended.stderr}`;
  t.is(ended.exitCode, expected.exit, `exit code ${ended.exitCode}, expected ${expected.exit}${said}`);
  const right =
    typeof expected.stdout === 'string'
      ? ended.stdout === expected.stdout
      : expected.stdout.test(ended.stdout);
  t.true(right, `stdout is not ${JSON.stringify(String(expected.stdout))}${said}`);
  const complaint = compareLines(ended.stderr, expected);
  t.is(complaint, undefined, `stderr: ${complaint ?? ''}${said}`);
  if (expected.atLeastMs !== undefined)
    t.true(ended.ms >= expected.atLeastMs, `ended after ${ended.ms} ms${said}`);
}

/** What is wrong with these lines, or undefined. */
export function compareLines(
  text: string,
  { stderr, beside = [], maybe = [] }: Pick<Expectation, 'stderr' | 'beside' | 'maybe'>,
): string | undefined {
  const lines = text.split('\n').map((line) => line.trimEnd());
  if (lines.at(-1) === '') lines.pop();
  const wanted = [...stderr];
  const free = [...beside];
  for (const line of lines) {
    const next = wanted[0];
    const index = free.findIndex((pattern) => pattern.test(line));
    if (next !== undefined && (typeof next === 'string' ? next === line : next.test(line))) wanted.shift();
    else if (index >= 0) free.splice(index, 1);
    else if (!maybe.some((pattern) => pattern.test(line))) {
      return `unexpected line ${JSON.stringify(line)}${next === undefined ? '' : ` (next was ${String(next)})`}`;
    }
  }
  const left = [...wanted, ...free];
  return left.length === 0 ? undefined : `never said: ${left.map(String).join(' | ')}`;
}
