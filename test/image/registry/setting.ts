import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { startRegistry, type RegistryConfig } from '../../harness/registry.js';
import { busyboxRoot } from '../../harness/roots.js';
import { tarOf } from '../../harness/tarball.js';
import { injecting, type InjectOptions } from '../injecting.js';

export const run = promisify(execFile);

/** No waiting between tries; silence is borne long, as a test's machine may be busy. */
export const QUICK = { attempts: 4, backoffMs: 1, idleMs: 20_000 } as const;

/** The architectures of the images in a layout: the layout is an index where there are several. */
export type Goarch = 'amd64' | 'arm64';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

const digestOf = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/**
 * An OCI layout of one image, or of an index of several with an attestation as BuildKit makes them, written file by file
 * after image-spec; `oci:FOLDER:1`. The root is busybox's with a service; CMD says "ran" and ends with 3.
 */
export async function layoutOf(folder: string, architectures: readonly Goarch[]): Promise<string> {
  const put = async (value: Uint8Array | object, mediaType: string): Promise<object> => {
    const bytes = value instanceof Uint8Array ? value : Buffer.from(JSON.stringify(value));
    const digest = digestOf(bytes);
    await writeFile(join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  const tar = tarOf({ ...busyboxRoot(), '/etc/services.d/s/run': '#!/bin/sh\nexec sleep 1000\n' });
  const layer = await put(gzipSync(tar), 'application/vnd.oci.image.layer.v1.tar+gzip');
  const images: object[] = [];
  for (const architecture of architectures) {
    const config = {
      architecture,
      os: 'linux',
      config: { Cmd: ['sh', '-c', 'echo ran; exit 3'] },
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    };
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: await put(config, 'application/vnd.oci.image.config.v1+json'),
      layers: [layer],
    };
    images.push({ ...(await put(manifest, manifest.mediaType)), platform: { architecture, os: 'linux' } });
  }
  const annotations = { 'org.opencontainers.image.ref.name': '1' };
  const [first = {}] = images;
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: images };
  const named = images.length === 1 ? first : await put(index, index.mediaType);
  const json = { schemaVersion: 2, manifests: [{ ...named, annotations }] };
  await writeFile(join(folder, 'index.json'), JSON.stringify(json));
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return `oci:${folder}:1`;
}

/**
 * Has a registry take an image over into another repository, by the requests that a client would send: much quicker than
 * another program for each of many tests.
 */
export async function cloned(from: string, to: string): Promise<void> {
  const [, host = '', source = '', sourceTag = ''] = PLAIN_REFERENCE.exec(from) ?? [];
  const [, , target = '', targetTag = ''] = PLAIN_REFERENCE.exec(to) ?? [];
  const base = `http://${host}/v2`;
  const answer = await fetch(`${base}/${source}/manifests/${sourceTag}`, { headers: { accept: MANIFEST } });
  const text = await answer.text();
  const { config, layers } = JSON.parse(text) as Manifest;
  for (const { digest } of [config, ...layers]) {
    const query = new URLSearchParams({ mount: digest, from: source }).toString();
    await fetch(`${base}/${target}/blobs/uploads/?${query}`, { method: 'POST' });
  }
  const put = { method: 'PUT', headers: { 'content-type': MANIFEST }, body: text };
  const { status } = await fetch(`${base}/${target}/manifests/${targetTag}`, put);
  if (status !== 201) throw new Error(`${to} is not made of ${from}: ${status}`);
}

/** What a registry says that a tag is; undefined for one that isn't there. */
export async function digestAt(image: string): Promise<string | undefined> {
  const [, host = '', name = '', tag = ''] = PLAIN_REFERENCE.exec(image) ?? [];
  const answer = await fetch(`http://${host}/v2/${name}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept: MANIFEST },
  });
  return answer.headers.get('docker-content-digest') ?? undefined;
}

const PLAIN_REFERENCE = /^docker:\/\/([^/]+)\/(.+):([^:/]+)$/;

/** Copies by skopeo, all platforms; a registry of the tests speaks plain http. */
export async function copy(from: string, to: string, ...options: readonly string[]): Promise<void> {
  const plain = ['--src-tls-verify=false', '--dest-tls-verify=false'];
  await run('skopeo', ['copy', '-q', '--all', ...plain, ...options, from, to]);
}

/** What skopeo reads of an image: `inspect`, or the very manifest. */
export async function inspect(image: string, ...options: readonly string[]): Promise<string> {
  const { stdout } = await run('skopeo', ['inspect', '--tls-verify=false', ...options, image]);
  return stdout;
}

/** A manifest as skopeo reads it, parsed. */
export async function manifestOf(image: string): Promise<Manifest> {
  return JSON.parse(await inspect(image, '--raw')) as Manifest;
}

interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface Manifest {
  readonly mediaType: string;
  readonly config: Blob;
  readonly layers: readonly Blob[];
  readonly manifests: readonly (Blob & { readonly platform: { readonly architecture: string } })[];
}

/** A registry with an image for the tests of a file, and what they share. */
export interface Stage {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** The image for amd64 in it: `docker://HOST/source:1`. */
  readonly source: string;
  /** The same in a layout: `oci:FOLDER:1`. */
  readonly layout: string;
  /** A cache that knows no image; a layer, whose packing takes seconds, is packed once for all. */
  freshCache(): Promise<string>;
  /** Injects without an engine, with no more patience than a test needs, from a cache that knows no image. */
  inject(t: ExecutionContext, image: string, options?: InjectOptions): ReturnType<typeof injecting>;
  /** A folder that goes with the stage. */
  newFolder(): Promise<string>;
  close(): Promise<void>;
}

/** Sets the stage: to be called before the tests of a file. */
export async function setStage(config: RegistryConfig = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 's6ts-stage-'));
  const newFolder = (): Promise<string> => mkdtemp(join(folder, 'folder-'));
  const registry = await startRegistry(config);
  const source = `docker://${registry.host}/source:1`;
  const layout = await layoutOf(await newFolder(), ['amd64']);
  const packed = join(folder, 'packed');
  let warm: Promise<unknown> | undefined;
  const freshCache = async (): Promise<string> => {
    const cache = await newFolder();
    await mkdir(packed, { recursive: true });
    await symlink(packed, join(cache, 'packed'));
    return cache;
  };
  return {
    host: registry.host,
    source,
    layout,
    freshCache,
    newFolder,
    async inject(t, image, options = {}) {
      warm ??= injecting(t, NO_ENGINE, layout, { cacheFolder: await freshCache() });
      await warm;
      const { registry: how, cacheFolder = await freshCache(), ...others } = options;
      return injecting(t, NO_ENGINE, image, {
        ...others,
        cacheFolder,
        registry: { patience: QUICK, ...how },
      });
    },
    async close() {
      await registry.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const NO_ENGINE = { address: 'unix:///nonexistent' };
