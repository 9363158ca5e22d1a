import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { silent, type Progress } from '../../src/base/progress.js';
import { inject, type InjectReport, type InjectRequest } from '../../src/image/inject.js';
import type { StoreContext } from '../../src/image/store.js';
import { runContainer } from '../harness/container.js';
import type { Engine } from '../harness/engine.js';
import { releaseFolder } from '../harness/release.js';
import { tarOf, type Files } from '../harness/tarball.js';

/** How an inject of a test differs from the plain one. */
export type InjectOptions = Partial<InjectRequest & Pick<StoreContext, 'exact' | 'via' | 'progress'>> & {
  /** A cache that several injects share; default: one of its own each time. */
  readonly cacheFolder?: string;
  /** Another way to the engine, e.g. a proxy. */
  readonly address?: string;
};

/** Injects this checkout's release (or the given one) into an image by the function that the command calls. */
export async function injecting(
  t: ExecutionContext,
  engine: Pick<Engine, 'address'>,
  image: string,
  options: InjectOptions = {},
): Promise<InjectReport> {
  const {
    exact = false,
    via,
    progress = silent,
    cacheFolder = await temporaryFolder(t),
    address = engine.address,
    ...request
  } = options;
  return inject(
    {
      image,
      keys: [],
      servicesAsRoot: false,
      keepInit: false,
      force: false,
      release: await releaseFolder(),
      ...request,
    },
    {
      env: { DOCKER_HOST: address },
      home: '/nonexistent',
      cacheFolder,
      signal: new AbortController().signal,
      onInterrupt: () => () => undefined,
      progress,
      exact,
      ...(via === undefined ? {} : { via }),
      now: new Date(),
      ownRelease: () => Promise.reject(new Error('every test names a release')),
    },
  );
}

/** Progress that keeps what it is told. */
export function recorded(): Progress & { readonly lines: string[] } {
  const lines: string[] = [];
  return { ...silent, lines, note: (text) => void lines.push(text), warn: (text) => void lines.push(text) };
}

/** A folder of the test's own, removed at its end. */
export async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 's6ts-inject-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An image with this very config text; `files` are its one layer. Its id is the text's digest. */
export async function loadImage(
  { docker }: Engine,
  name: string,
  files: Files,
  config: (diffId: string) => string,
): Promise<string> {
  const layer = tarOf(files);
  const text = config(`sha256:${createHash('sha256').update(layer).digest('hex')}`);
  const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }];
  const archive = tarOf({
    '/config.json': text,
    '/layer.tar': layer,
    '/manifest.json': JSON.stringify(manifest),
  });
  const stream = await docker.loadImage(archive as unknown as string, { quiet: true });
  let said = '';
  for await (const chunk of stream) said += chunk.toString();
  if (said.includes('"error"')) throw new Error(`docker load of ${name}: ${said}`);
  return name;
}

/** What busybox's stat says of paths of an image, links not followed: `mode uid:gid kind` for each. */
export async function statIn(image: string, ...paths: readonly string[]): Promise<readonly string[]> {
  const cmd = ['stat', '-c', '%a %u:%g %F', ...paths];
  const { stdout, stderr } = await runContainer({ image, entrypoint: ['busybox'], cmd });
  return stderr === '' ? stdout.trim().split('\n') : [stderr];
}
