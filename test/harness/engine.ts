import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { clientOf } from './dockerd.js';

/** The engine that the tests of a file use. */
export interface Engine {
  /** `unix:///…`: for DOCKER_HOST of a command under test. */
  readonly address: string;
  readonly docker: Docker;
}

let started: Promise<Engine> | undefined;

/**
 * The engine of this run: the one that scripts/test.js started (S6TS_TEST_ENGINE), or one of this process's own where
 * a test file is run alone. Its keeper ends it when this process ends, in whatever way.
 */
export function engine(): Promise<Engine> {
  const given = process.env['S6TS_TEST_ENGINE'];
  started ??= given === undefined || given === '' ? startOwn() : Promise.resolve(engineAt(given));
  return started;
}

function engineAt(address: string): Engine {
  return { address, docker: clientOf(address) };
}

async function startOwn(): Promise<Engine> {
  const keeper = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('serve.ts', import.meta.url))],
    { detached: true, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  keeper.unref();
  const lines = createInterface({ input: keeper.stdout });
  const line = await new Promise<string>((resolve, reject) => {
    lines
      .once('line', resolve)
      .once('close', () => reject(new Error('the test engine did not start: see above')));
  });
  lines.close();
  // Pipes to a child keep this process alive; node:net's sockets can be told not to.
  for (const pipe of [keeper.stdin, keeper.stdout]) (pipe as unknown as Socket).unref();
  return engineAt((JSON.parse(line) as { address: string }).address);
}
