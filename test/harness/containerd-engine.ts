import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sha256Hex } from '../../src/base/digest.js';
import { parseArchitecture } from '../../src/overlay/architecture.js';
import { clientOf } from './dockerd.js';
import { fetchPinned } from './pinned-packages.js';

const run = promisify(execFile);
/** Made by refreshLock: trixie's docker.io, with the libraries that it needs and nothing else. */
const LOCK = fileURLToPath(new URL('../fixtures/containerd-engine.lock.json', import.meta.url));
const KEPT = fileURLToPath(new URL('../../build/test-containerd', import.meta.url));
const READY_LIMIT_MS = 120_000;

/** An engine with the containerd image store. */
export interface ContainerdEngine {
  /** `unix:///…` */
  readonly address: string;
  /** Runs docker against it. @throws Error with what it says. */
  docker(...words: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/**
 * As PID 1 of its own namespaces, with the engine's root as root: it ends with all that it has started when its stdin
 * ends, so that nothing outlives the test process.
 */
const ENTER = `
root=$0 work=$1
mount --bind "$root" "$root"
for folder in sys dev; do mount --rbind "/$folder" "$root/$folder"; done
mount -t proc proc "$root/proc"
for folder in run data tmp; do mount --bind "$work/$folder" "$root/$folder"; done
cd "$root"
pivot_root . old
export PATH=/usr/sbin:/usr/bin
busybox umount -l /old
dockerd --host unix:///run/d.sock --data-root /data --exec-root /run/x --pidfile /run/pid \\
  --bridge=none --iptables=false --ip-masq=false --shutdown-timeout=1 >/run/log 2>&1 &
busybox cat >/dev/null
kill -TERM "$!"
wait "$!" || true
`;

/** Starts trixie's docker.io beside the machine's own. @throws Error with the end of its log. */
export async function startContainerdEngine(): Promise<ContainerdEngine> {
  const root = await engineRoot();
  const work = await mkdtemp(join(tmpdir(), 's6ts-containerd-'));
  for (const folder of ['run', 'data', 'tmp']) await mkdir(join(work, folder));
  const words = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
  const child = spawn('unshare', [...words, 'bash', '-euc', ENTER, root, work], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  const address = `unix://${join(work, 'run', 'd.sock')}`;
  const stop = async (): Promise<void> => {
    await ended(child);
    await rm(work, { recursive: true, force: true, maxRetries: 5 });
  };
  const client = clientOf(address);
  const until = performance.now() + READY_LIMIT_MS;
  while (!(await client.ping().then(Boolean, () => false))) {
    if (performance.now() > until || child.exitCode !== null) {
      const log = await readFile(join(work, 'run', 'log'), 'utf8').catch(() => '');
      await stop();
      throw new Error(`the containerd engine does not start\n${log.split('\n').slice(-12).join('\n')}`);
    }
    await sleep(100);
  }
  const docker = async (...args: readonly string[]): Promise<string> =>
    (await run('docker', ['-H', address, ...args])).stdout;
  return { address, docker, stop };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.stdin?.end();
  await exit;
}

/** The unpacked packages, kept until the lock changes. */
async function engineRoot(): Promise<string> {
  const root = join(KEPT, sha256Hex(await readFile(LOCK)).slice(0, 16));
  if (existsSync(root)) return root;
  const made = `${root}.${process.pid}`;
  await rm(made, { recursive: true, force: true });
  for (const folder of [
    'usr/bin',
    'usr/sbin',
    'usr/lib',
    'usr/lib64',
    'etc/docker',
    'proc',
    'sys',
    'dev',
    'old',
  ]) {
    await mkdir(join(made, folder), { recursive: true });
  }
  for (const folder of ['run', 'data', 'tmp']) await mkdir(join(made, folder));
  await run('bash', [
    '-euc',
    'cd "$0"; for name in bin sbin lib lib64; do ln -s "usr/$name" "$name"; done',
    made,
  ]);
  for (const { package: from, bytes } of await fetchPinned(LOCK, parseArchitecture('amd64'))) {
    const file = join(made, 'tmp', `${from.name}.deb`);
    await writeFile(file, bytes);
    const unpack = 'dpkg-deb --fsys-tarfile "$1" | tar -C "$0" --keep-directory-symlink -x; rm "$1"';
    await run('bash', ['-euo', 'pipefail', '-c', unpack, made, file]);
  }
  await writeFile(
    join(made, 'etc/docker/daemon.json'),
    JSON.stringify({ features: { 'containerd-snapshotter': true } }),
  );
  await rename(made, root).catch(async (error: unknown) => {
    // Another test run was quicker.
    await rm(made, { recursive: true, force: true });
    if (!existsSync(root)) throw error;
  });
  return root;
}
