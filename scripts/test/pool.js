import { spawn } from 'node:child_process';

const ROOT = new URL('../..', import.meta.url);

/** Runs steps, at most `most` at a time; each one's output is printed in one piece when it ends, or live when alone. */
export async function runAll(steps, most, live = steps.length === 1) {
  const results = [];
  const waiting = [...steps];
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      results.push(await runStep(step, live));
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}

async function runStep(step, live) {
  if (live) console.log(`\n== ${step.name}: ${step.about}`);
  const startedAt = performance.now();
  let setUp;
  let outcome;
  try {
    setUp = await step.setUp?.();
    outcome = await execute(step.command, { ...process.env, ...setUp }, live);
  } catch (error) {
    outcome = { code: 1, output: `${error instanceof Error ? error.stack : String(error)}\n` };
    if (live) process.stderr.write(outcome.output);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const { passed, failed } = counted(step, outcome);
  if (!live) {
    const verdict = failed === 0 ? 'passed' : `FAILED (exit code ${outcome.code})`;
    console.log(`\n== ${step.name}: ${step.about}: ${verdict}, ${seconds.toFixed(1)} s`);
    // What a step that passed says is of no interest, except the lines that it marks so.
    process.stdout.write(
      failed === 0 ? outcome.output.replace(/^(?!.*\bpassed\b).*\n?/gm, '') : outcome.output,
    );
  }
  return { name: step.name, passed, failed, seconds };
}

/** A step's own count where it has one; a bad exit code is a failure whatever it counted. */
function counted(step, { code, output }) {
  const own = step.count?.(output) ?? { passed: 0, failed: 0 };
  if (code !== 0) return { passed: own.passed, failed: Math.max(own.failed, 1) };
  return own.passed + own.failed > 0 ? own : { passed: 1, failed: 0 };
}

function execute([program, ...args], env, live) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (live) process.stdout.write(text);
      });
    }
    child.once('error', (error) =>
      resolve({ code: 127, output: `cannot run ${program}: ${error.message}\n` }),
    );
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}
