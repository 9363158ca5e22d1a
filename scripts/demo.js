/*
 * npm run demo: builds, signs, verifies, injects and runs, with the commands that a user types, and checks each step.
 * Leaves nothing behind: no container, no image, no file, no engine. Exit code 1 when any check fails.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';
import { findEngine } from './demo/engine.js';
import { injectImage } from './demo/inject-stage.js';
import { makeRelease } from './demo/release-stages.js';
import { endings, lookInside } from './demo/run-stages.js';
import { check, CheckFailed, commandsIn, duration, say, stage } from './demo/terminal.js';

register();
const startedAt = performance.now();
const folder = await mkdtemp(join(tmpdir(), 's6ts-demo-'));
const name = `s6ts-demo-${process.pid}`;
const image = `${name}:1`;
const injected = `${image}-s6`;
/** What must be undone, the latest first. */
const undo = [() => rm(folder, { recursive: true, force: true })];

async function cleanUp() {
  let failed;
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
    // The rest must go all the same.
    await step().catch((error) => (failed ??= error));
  }
  if (failed !== undefined) throw failed;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    console.error(`\n${signal}: cleaning up`);
    void cleanUp().finally(() => process.exit(1));
  });
}

async function nothingLeft({ docker }) {
  const lists = [
    ['ps', '-aq', '--filter', `name=${name}`],
    ['images', '-q', name],
  ];
  for (const list of lists) {
    const { stdout } = await docker(list, { quiet: true });
    check(stdout === '', `docker ${list[0]}: nothing of the demo is left`, stdout);
  }
}

async function demo() {
  stage('0. A Docker engine');
  const engine = await findEngine({ ...process.env, XDG_CONFIG_HOME: join(folder, 'config') });
  undo.push(engine.stop);
  const shell = commandsIn(engine.env);
  const silently = (words) => shell.docker(words, { quiet: true, code: 'any' });
  undo.push(() => nothingLeft(shell));
  undo.push(() => silently(['image', 'rm', '-f', injected, image]));
  undo.push(() => silently(['rm', '-f', '-v', name, `${name}-plain`]));

  const release = await makeRelease(shell, folder);
  await injectImage(shell, { folder, release, image, injected });
  await lookInside(shell, { injected, name });
  await endings(shell, { image, injected, name });
}

let failure;
try {
  await demo();
} catch (error) {
  failure = error;
}
stage('Cleaning up');
try {
  await cleanUp();
} catch (error) {
  failure ??= error;
}
if (failure === undefined) {
  say(`nothing is left running. All of it took ${duration(performance.now() - startedAt)}`);
} else {
  const text = failure instanceof CheckFailed ? failure.message : (failure.stack ?? String(failure));
  console.error(`\nDEMO FAILED: ${text}`);
  process.exitCode = 1;
}
