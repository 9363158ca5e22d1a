import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { unmountBelow } from './mounts.js';

/** A private Docker engine. */
export interface Dockerd {
  /** `unix:///…`, as DOCKER_HOST takes it. */
  readonly address: string;
  /** The storage driver that it runs with: overlay2, or vfs where that was refused. */
  readonly driver: string;
  /** Removes all containers, ends the engine by its pid, unmounts and removes its folder. */
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;

/** A client of the engine at `unix://PATH`. */
export function clientOf(address: string): Docker {
  return new Docker({ socketPath: address.replace(/^unix:\/\//, '') });
}

/**
 * Starts a dockerd of our own: own socket, data, containerd namespace; no bridge, no iptables, so that it neither
 * meets a dockerd of the machine nor changes its network.
 * @throws Error with the end of dockerd's log when it does not come up.
 */
export async function startDockerd(): Promise<Dockerd> {
  const folder = await mkdtemp(join(tmpdir(), 's6ts-engine-'));
  const failures: string[] = [];
  for (const driver of ['overlay2', 'vfs']) {
    const daemon = launch(folder, driver);
    const failure = await ready(daemon, folder);
    const address = `unix://${join(folder, 'd.sock')}`;
    if (failure === undefined) return { address, driver, stop: () => stop(daemon, folder, address) };
    failures.push(`with ${driver}: ${failure}`);
    await end(daemon);
    await clear(folder, ['data', 'exec', 'pid', 'd.sock']);
  }
  await rm(folder, { recursive: true, force: true });
  throw new Error(
    `dockerd does not start (is docker.io installed: npm run setup; are we root?)\n${failures.join('\n')}`,
  );
}

function launch(folder: string, driver: string): ChildProcess {
  const log = openSync(join(folder, 'log'), 'w');
  const child = spawn(
    'dockerd',
    [
      ['--host', `unix://${join(folder, 'd.sock')}`],
      ['--data-root', join(folder, 'data')],
      ['--exec-root', join(folder, 'exec')],
      ['--pidfile', join(folder, 'pid')],
      ['--config-file', join(folder, 'daemon.json')],
      ['--storage-driver', driver],
      // A containerd that the machine runs would be shared: its names must not mix with ours.
      ['--containerd-namespace', `s6ts-${String(process.pid)}`],
      ['--containerd-plugins-namespace', `s6ts-${String(process.pid)}-plugins`],
      ['--bridge=none', '--iptables=false', '--ip-masq=false', '--shutdown-timeout=1'],
    ].flat(),
    {
      // Its own session: a ^C on the terminal must reach us first.
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` },
    },
  );
  closeSync(log);
  return child;
}

/** Waits until it answers. Resolves to why it never will, or to undefined. */
async function ready(child: ChildProcess, folder: string): Promise<string | undefined> {
  await writeFile(join(folder, 'daemon.json'), '{}\n');
  let gone: string | undefined;
  child.once('error', (error) => (gone = error.message));
  child.once('exit', (code, signal) => (gone ??= `ended with ${String(code ?? signal)}`));
  const client = new Docker({ socketPath: join(folder, 'd.sock') });
  const until = performance.now() + READY_LIMIT_MS;
  while (gone === undefined && performance.now() < until) {
    if (await client.ping().then(Boolean, () => false)) return undefined;
    await sleep(50);
  }
  const log = await readFile(join(folder, 'log'), 'utf8').catch(() => '');
  return `${gone ?? `no answer within ${READY_LIMIT_MS} ms`}\n${log.split('\n').slice(-12).join('\n')}`;
}

async function stop(child: ChildProcess, folder: string, address: string): Promise<void> {
  const client = clientOf(address);
  const containers = await client.listContainers({ all: true }).catch(() => []);
  await Promise.allSettled(
    containers.map(({ Id }) => client.getContainer(Id).remove({ force: true, v: true })),
  );
  await end(child);
  await clear(folder, ['.']);
}

/** TERM, then KILL for it and its containerd where it does not end in time. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = await Promise.race([exited.then(() => false), sleep(STOP_LIMIT_MS, true, { ref: false })]);
  if (!late) return;
  // Its session holds containerd and the shims too.
  process.kill(-child.pid, 'SIGKILL');
  await exited;
}

async function clear(folder: string, names: readonly string[]): Promise<void> {
  await unmountBelow(folder);
  for (const name of names) {
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
}
