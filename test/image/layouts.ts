import { gzipSync } from 'node:zlib';
import type { ExecutionContext } from 'ava';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, type Digest } from '../../src/base/digest.js';
import { streamOf } from '../../src/base/byte-stream.js';
import { MEDIA_TYPES } from '../../src/image/blob/media-type.js';
import type { Descriptor } from '../../src/image/image.js';
import { OciLayout } from '../../src/image/store/oci-layout/oci-layout.js';
import { busyboxRoot } from '../harness/roots.js';
import { tarOf, type Files } from '../harness/tarball.js';
import { temporaryFolder } from './injecting.js';

/** An image of one layer, its texts as a test wants them. */
export interface TextImage {
  readonly files: Files;
  /** Default: gzip. */
  readonly packing?: 'none' | 'gzip';
  readonly config: (diffId: Digest) => string;
  readonly manifest: (config: Descriptor, layer: Descriptor) => string;
}

/** An OCI layout of these images, each under its name, each text kept to the byte. Its folder. */
export async function layoutOf(
  t: ExecutionContext,
  images: Readonly<Record<string, TextImage>>,
): Promise<string> {
  const folder = join(await temporaryFolder(t), 'layout');
  for (const [name, image] of Object.entries(images)) await addImage(folder, name, image);
  return folder;
}

/** Adds an image to a layout. @returns its manifest's descriptor. */
export async function addImage(folder: string, name: string, image: TextImage): Promise<Descriptor> {
  const tar = tarOf(image.files);
  const packing = image.packing ?? 'gzip';
  const layer = packing === 'none' ? tar : gzipSync(tar);
  const config = Buffer.from(image.config(digestOf(tar)));
  const described = [
    describe(config, MEDIA_TYPES.oci.config),
    describe(layer, MEDIA_TYPES.oci.layer[packing]),
  ] as const;
  const writer = await new OciLayout(folder).begin(name);
  await writer.put(described[0], () => streamOf([config]));
  await writer.put(described[1], () => streamOf([layer]));
  return (await writer.commit(image.manifest(...described), MEDIA_TYPES.oci.manifest)).descriptor;
}

/** Adds a manifest or index by its text. @returns its descriptor. */
export async function addText(
  folder: string,
  name: string,
  text: string,
  mediaType: string,
): Promise<Descriptor> {
  const writer = await new OciLayout(folder).begin(name);
  return (await writer.commit(text, mediaType)).descriptor;
}

function describe(bytes: Buffer, mediaType: string): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

/** What a name stands for in a layout. @throws Error for a name that isn't there. */
export async function descriptorIn(folder: string, name: string): Promise<Descriptor> {
  const found = await new OciLayout(folder).manifest(name);
  if (found === undefined) throw new Error(`${folder} has no ${name}`);
  return found.descriptor;
}

/** Takes a blob out of a layout, and what index.json says of it, as a garbage collector does. */
export async function forget(folder: string, digest: string): Promise<void> {
  const file = join(folder, 'index.json');
  const index = JSON.parse(await readFile(file, 'utf8')) as { manifests: { digest: string }[] };
  const manifests = index.manifests.filter((entry) => entry.digest !== digest);
  await writeFile(file, JSON.stringify({ ...index, manifests }));
  await rm(join(folder, 'blobs', ...digest.split(':')));
}

/** An image of these files, with this `config`, written as most tools do, for `ARCHITECTURE` or `ARCHITECTURE/VARIANT`. */
export function plainImage(
  files: Files,
  config: Readonly<Record<string, unknown>>,
  platform = 'amd64',
): TextImage {
  return {
    files,
    config: (diffId) =>
      JSON.stringify({ ...platformOf(platform), config, rootfs: { type: 'layers', diff_ids: [diffId] } }),
    manifest: (described, layer) =>
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MEDIA_TYPES.oci.manifest,
        config: described,
        layers: [layer],
      }),
  };
}

/** The index's own words for `amd64`, `arm/v7` … */
function platformOf(text: string): object {
  const [architecture, variant] = text.split('/');
  return { os: 'linux', architecture, ...(variant === undefined ? {} : { variant }) };
}

/** What an index says of one of its images. */
export interface Entry extends Descriptor {
  readonly platform?: object;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A layout whose `1` is an index of images for these platforms, each there by its platform's name too; amd64's can run. */
export async function indexLayout(
  t: ExecutionContext,
  platforms: readonly string[],
  more: (folder: string, entries: readonly Entry[]) => Promise<readonly Entry[]> = () => Promise.resolve([]),
): Promise<string> {
  const folder = await layoutOf(t, {});
  const entries: Entry[] = [];
  for (const platform of platforms) {
    const files = platform === 'amd64' ? busyboxRoot() : { '/etc/motd': platform };
    const image = plainImage(files, { Cmd: ['sh', '-c', 'echo here; exit 3'] }, platform);
    const { mediaType, digest, size } = await addImage(folder, platform.replace('/', '-'), image);
    entries.push({ mediaType, digest, size, platform: platformOf(platform), annotations: { kept: 'yes' } });
  }
  const manifests = [...entries, ...(await more(folder, entries))];
  const text = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.oci.index, manifests, odd: 1.0 });
  await addText(folder, '1', text, MEDIA_TYPES.oci.index);
  return folder;
}

/** An entry of an index that is no image: a note about another one, as BuildKit stores them. */
export async function attestation(folder: string, [first]: readonly Entry[]): Promise<Entry> {
  const annotations = {
    'vnd.docker.reference.type': 'attestation-manifest',
    'vnd.docker.reference.digest': first?.digest ?? '',
  };
  const note = await addImage(folder, 'note', plainImage({ '/x': 'x' }, {}, 'unknown'));
  return { ...note, platform: { os: 'unknown', architecture: 'unknown' }, annotations };
}
