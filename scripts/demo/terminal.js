import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../bin/run.cjs', import.meta.url));
const bold = (text) => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text);

/** A check of the demo that did not hold. */
export class CheckFailed extends Error {}

/** Begins a stage: a heading in plain words. */
export function stage(text) {
  console.log(`\n${bold(text)}`);
}

/** A line of explanation. */
export function say(text) {
  console.log(`  ${text}`);
}

/** Holds a fact against what was seen, and says so; the demo ends where it doesn't hold. */
export function check(holds, fact, seen) {
  if (!holds)
    throw new CheckFailed(`${fact}\n${seen === undefined ? '' : `  seen instead: ${String(seen).trim()}\n`}`);
  console.log(`  ✓ ${fact}`);
}

/** Milliseconds for people. */
export function duration(ms) {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Waits until `attempt` gives something true, and gives that. */
export async function until(fact, attempt, limitMs = 20_000) {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = await attempt();
    if (value) return value;
    if (performance.now() > end) throw new CheckFailed(`${fact}\n  waited ${duration(limitMs)} for it\n`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * A shell of the demo: runs commands in `env`, shown as a user types them, their output indented, and the time.
 * `code` is the exit code that must come, or 'any'.
 */
export function commandsIn(env) {
  const run = async (words, { code = 0, quiet = false, joined = false } = {}) => {
    if (!quiet) console.log(`  $ ${words.map(quoted).join(' ')}${joined ? ' 2>&1' : ''}`);
    const startedAt = performance.now();
    const result = await execute(joined ? ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...words] : words, env);
    const ms = performance.now() - startedAt;
    if (!quiet) {
      for (const line of result.output.trimEnd().split('\n').filter(Boolean)) console.log(`      ${line}`);
      console.log(`      (${duration(ms)})`);
    }
    if (code !== 'any' && result.code !== code) {
      throw new CheckFailed(
        `${words.join(' ')}: exit code ${result.code}, expected ${code}\n${result.output}`,
      );
    }
    return { ...result, ms };
  };
  return {
    s6ts: (words, options) => run(['s6ts', ...words], options),
    docker: (words, options) => run(['docker', ...words], options),
    run,
  };
}

function execute([name, ...args], env) {
  const [program, first] = name === 's6ts' ? [process.execPath, [CLI]] : [name, []];
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const result = { output: '', stdout: '', code: 0 };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      result.output += text;
      result.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => (result.output += text));
    child.once('error', (error) =>
      reject(new CheckFailed(`cannot run ${name}: ${error.message}; npm run setup installs it`)),
    );
    child.once('close', (code, signal) => resolve({ ...result, code: code ?? signal }));
  });
}

function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
