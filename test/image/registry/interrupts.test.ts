import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { engine } from '../../harness/engine.js';
import { imageOf } from '../../harness/images.js';
import { viaRegistryProxy } from '../../harness/registry-proxy.js';
import { releaseFolder } from '../../harness/release.js';
import { busyboxRoot } from '../../harness/roots.js';
import { S6TS } from '../../harness/s6ts.js';
import { viaProxy } from '../engine-proxy.js';
import { copy, digestAt, manifestOf, setStage, type Stage } from './setting.js';

let stage: Stage;
/** An image of two layers, in the engine; both are too large to be sent in one piece. */
let image: string;
test.before(async () => {
  stage = await setStage();
  const used = await engine();
  const more = 'RUN ["busybox", "dd", "if=/dev/urandom", "of=/more", "bs=1M", "count=1"]';
  image = await imageOf(used, 'interrupted', busyboxRoot(), [more, 'CMD ["true"]']);
  await copy(`docker-daemon:${image}`, stage.source, '--src-daemon-host', used.address);
});
test.after.always(() => stage.close());

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
const LIMIT_MS = 60_000;

interface Strike {
  readonly signal: keyof typeof SIGNALS;
  /** Whether the command has come to where it is to be interrupted. */
  readonly when: () => boolean | Promise<boolean>;
  readonly env?: NodeJS.ProcessEnv;
}

/** Interrupts an inject in the middle; it leaves no temporary file. */
async function interrupted(
  t: ExecutionContext,
  source: string,
  target: string,
  { signal, when, env = {} }: Strike,
): Promise<void> {
  const folder = await stage.newFolder();
  await mkdir(join(folder, 'tmp'));
  await symlink(await stage.freshCache(), join(folder, 's6ts'));
  const own = {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_CACHE_HOME: folder,
    TMPDIR: join(folder, 'tmp'),
  };
  const args = ['inject', source, '--tag', target, '--release', await releaseFolder()];
  const child = spawn(process.execPath, [S6TS, ...args], {
    env: { ...own, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const limit = performance.now() + LIMIT_MS;
  while (child.exitCode === null && performance.now() < limit && !(await when())) await sleep(20);
  child.kill(signal);
  t.is(await ended, SIGNALS[signal], stderr);
  t.deepEqual(await readdir(join(folder, 'tmp')), []);
}

/** True once a temporary file of s6ts in a folder has bytes. */
async function hasBegun(folder: string): Promise<boolean> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.endsWith('.tmp') && (await stat(join(folder, name))).size > 0) return true;
  }
  return false;
}

/** The image behind a proxy that lets its upper layer dry up when it is read for the second time: to be copied. */
async function dryingUp(t: ExecutionContext): Promise<{ source: string; lower: string }> {
  const [lower, upper] = (await manifestOf(stage.source)).layers;
  let reads = 0;
  const proxy = await viaRegistryProxy(t, stage.host, (line) => {
    if (!line.startsWith('GET') || !line.endsWith(upper?.digest ?? '-')) return undefined;
    return (reads += 1) === 2 ? { kind: 'dry-up', after: 300_000 } : undefined;
  });
  return { source: stage.source.replace(stage.host, proxy.host), lower: lower?.digest.slice(7) ?? '' };
}

test('while an engine exports an image: nothing of it stays', async (t) => {
  const proxy = await viaProxy(t, await engine(), {
    driesUp: (line) => /^GET \/images\/.*\/get$/.test(line),
  });
  const folder = await stage.newFolder();
  const TMPDIR = await stage.newFolder();
  const env = { DOCKER_HOST: proxy.address, TMPDIR };
  const when = (): Promise<boolean> => hasBegun(TMPDIR);
  await interrupted(t, image, `oci-archive:${folder}/a.tar:1`, { signal: 'SIGTERM', when, env });
  t.deepEqual([await readdir(TMPDIR), await readdir(folder)], [[], []]);
});

test('while an archive is written: its folder is as it was', async (t) => {
  const { source } = await dryingUp(t);
  const folder = await stage.newFolder();
  const when = (): Promise<boolean> => hasBegun(folder);
  await interrupted(t, source, `oci-archive:${folder}/a.tar:1`, { signal: 'SIGINT', when });
  t.deepEqual(await readdir(folder), []);
});

test('while a layout is written: the blobs that are there go, and the folder that was made for them', async (t) => {
  const { source, lower } = await dryingUp(t);
  const folder = await stage.newFolder();
  const blobs = join(folder, 'layout', 'blobs', 'sha256');
  const when = async (): Promise<boolean> => existsSync(join(blobs, lower)) && (await hasBegun(blobs));
  await interrupted(t, source, `oci:${folder}/layout:1`, { signal: 'SIGTERM', when });
  t.deepEqual(await readdir(folder), []);
});

test('while a blob is sent: the registry has no upload under way, and no tag', async (t) => {
  let upload: string | undefined;
  const proxy = await viaRegistryProxy(t, stage.host, (line) => {
    if (!/^PUT .*\/blobs\//.test(line)) return undefined;
    [, upload] = line.split(' ');
    return { kind: 'stall' };
  });
  const target = `docker://${proxy.host}/upload:1`;
  await interrupted(t, stage.layout, target, { signal: 'SIGINT', when: () => upload !== undefined });
  t.is((await fetch(`http://${stage.host}${upload ?? '/none'}`)).status, 404);
  t.is(await digestAt(`docker://${stage.host}/upload:1`), undefined);
});
