import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { S6tsError } from '../../src/base/error.js';
import { silent, type Progress } from '../../src/base/progress.js';
import { inject, type InjectReport, type InjectRequest } from '../../src/image/inject.js';
import { formatInjected } from '../../src/image/inject-summary.js';
import type { InjectedImage } from '../../src/image/inject-image.js';
import type { RegistryOptions, StoreContext } from '../../src/image/store.js';
import { runContainer } from '../harness/container.js';
import type { Engine } from '../harness/engine.js';
import { releaseFolder } from '../harness/release.js';
import { tarOf, type Files } from '../harness/tarball.js';

/** How an inject of a test differs from the plain one. */
export type InjectOptions = Partial<
  InjectRequest & Pick<StoreContext, 'exact' | 'via' | 'progress' | 'env'>
> & {
  /** A cache that several injects share; default: one of its own each time. */
  readonly cacheFolder?: string;
  /** Another way to the engine, e.g. a proxy. */
  readonly address?: string;
  readonly registry?: Partial<RegistryOptions>;
};

/** Injects this checkout's release (or the given one) into an image by the function that the command calls. */
export async function injecting(
  t: ExecutionContext,
  engine: Pick<Engine, 'address'>,
  image: string,
  options: InjectOptions = {},
): Promise<InjectReport & InjectedImage> {
  const {
    exact = false,
    via,
    progress = silent,
    cacheFolder = await temporaryFolder(t),
    address = engine.address,
    env = {},
    registry = {},
    ...request
  } = options;
  const report = await accepted(
    {
      image,
      keys: [],
      with: [],
      servicesAsRoot: false,
      keepInit: false,
      force: false,
      release: await releaseFolder(),
      ...request,
    },
    {
      ...storeContext(address, cacheFolder, env),
      progress,
      registry: { insecure: [], patience: {}, ...registry },
      exact,
      ...(via === undefined ? {} : { via }),
      now: new Date(),
      ownRelease: () => Promise.reject(new Error('every test names a release')),
    },
  );
  const [only, ...others] = report.images;
  if (only === undefined || others.length > 0) throw new Error(`${image} is for several platforms`);
  return {
    ...only,
    ...report,
    notes: [...report.notes, ...only.notes],
    warnings: [...report.warnings, ...only.warnings],
  };
}

/** The report of an inject; one that is refused fails the test, with its words. */
export async function accepted(...asked: Parameters<typeof inject>): Promise<InjectReport> {
  const report = await inject(...asked);
  if (report.kind === 'refused') throw new S6tsError('refused', formatInjected(report));
  return report;
}

/** What the stores need of the world: an engine's address, and a folder for a cache. */
export function storeContext(
  address: string,
  cacheFolder: string,
  env: NodeJS.ProcessEnv = {},
): StoreContext {
  return {
    env: { DOCKER_HOST: address, ...env },
    home: '/nonexistent',
    cacheFolder,
    signal: new AbortController().signal,
    onInterrupt: () => () => undefined,
    progress: silent,
    registry: { insecure: [], patience: {} },
    exact: false,
  };
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
