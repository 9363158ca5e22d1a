/** Images in a registry: a base of busybox and ballast, and images on it that differ in a small layer of their own. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tarOf } from '../test/harness/tarball.js';

/** A descriptor (image-spec, descriptor.md). */
export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface Manifest {
  readonly schemaVersion: number;
  readonly mediaType: string;
  readonly config: Blob;
  readonly layers: readonly Blob[];
}

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
/** What an image on a base has of its own. */
const OWN_BYTES = 100_000;

/** Puts `base:1` of 80 MB into a registry, by umoci and skopeo; `folder` takes what that needs. */
export function pushBase(host: string, folder: string): void {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'bin'), { recursive: true });
  for (const path of ['etc', 'tmp', 'proc', 'dev', 'run', 'var']) mkdirSync(join(root, path));
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  for (const applet of ['sh', 'tar', 'gunzip', 'true'])
    execFileSync('ln', ['-s', 'busybox', join(root, 'bin', applet)]);
  execFileSync('dd', ['if=/dev/urandom', `of=${join(root, 'ballast')}`, 'bs=1M', 'count=80', 'status=none']);
  const layout = `${join(folder, 'layout')}:1`;
  execFileSync('umoci', ['init', '--layout', join(folder, 'layout')]);
  execFileSync('umoci', ['new', '--image', layout]);
  execFileSync('umoci', ['config', '--image', layout, '--config.cmd', 'sh']);
  execFileSync('umoci', ['insert', '--rootless', '--image', layout, root, '/']);
  const target = `docker://${host}/base:1`;
  execFileSync('skopeo', ['copy', '-q', '--dest-tls-verify=false', `oci:${layout}`, target]);
}

/** The manifest of `REPOSITORY:1`, and its text. */
export async function manifestOf(
  host: string,
  repository: string,
): Promise<{ readonly text: string; readonly manifest: Manifest }> {
  const url = `http://${host}/v2/${repository}/manifests/1`;
  const text = await (await fetch(url, { headers: { accept: MANIFEST_TYPE } })).text();
  return { text, manifest: JSON.parse(text) as Manifest };
}

/** Puts images on the base into a registry, each a repository of its own with the tag 1. */
export async function pushOnBase(host: string, repositories: readonly string[]): Promise<void> {
  const { manifest } = await manifestOf(host, 'base');
  const answer = await fetch(`http://${host}/v2/base/blobs/${manifest.config.digest}`);
  const config = (await answer.json()) as { rootfs: { diff_ids: string[] }; history: object[] };
  for (const repository of repositories) {
    const tar = tarOf({ '/app': { folder: 0o755 }, '/app/own': randomBytes(OWN_BYTES) });
    const diffIds = [...config.rootfs.diff_ids, digestOf(tar)];
    const history = [...config.history, { created_by: 'a layer of its own' }];
    const own = { ...config, history, rootfs: { type: 'layers', diff_ids: diffIds } };
    const to = `http://${host}/v2/${repository}`;
    for (const { digest } of manifest.layers)
      await sent(`${to}/blobs/uploads/?mount=${digest}&from=base`, { method: 'POST' });
    const layer = await put(to, gzipSync(tar, { level: 1 }));
    const image = {
      ...manifest,
      config: { ...manifest.config, ...(await put(to, Buffer.from(JSON.stringify(own)))) },
      layers: [...manifest.layers, { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...layer }],
    };
    const headers = { 'content-type': MANIFEST_TYPE };
    await sent(`${to}/manifests/1`, { method: 'PUT', headers, body: JSON.stringify(image) });
  }
}

async function put(to: string, bytes: Buffer): Promise<Omit<Blob, 'mediaType'>> {
  const digest = digestOf(bytes);
  const begun = await sent(`${to}/blobs/uploads/`, { method: 'POST' });
  const url = new URL(begun.headers.get('location') ?? '', to);
  url.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  await sent(url.href, { method: 'PUT', headers, body: new Uint8Array(bytes) });
  return { digest, size: bytes.length };
}

async function sent(url: string, request: RequestInit): Promise<Response> {
  const answer = await fetch(url, request);
  if (!answer.ok) throw new Error(`${request.method ?? ''} ${url}: ${answer.status}`);
  return answer;
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
