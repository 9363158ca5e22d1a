import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { digestOf } from '../base/digest.js';
import { S6tsError } from '../base/error.js';
import { graft } from './graft.js';
import type { InjectContext } from './inject-image.js';
import { toLayer } from './layer.js';
import { platformOf } from './new-config.js';
import { readRelease, usedRelease, type UsedRelease } from './overlay-release.js';
import { placeOverlay } from './place.js';
import { formatImageName, taggedName } from './reference.js';
import { rootfsImage } from './rootfs/rootfs-image.js';
import type { NamedImages } from './store/archive/write-archive.js';

/** What `s6ts base` was asked for. */
export interface BaseRequest {
  /** A folder, or a tar: plain, gzip, xz. */
  readonly rootfs: string;
  readonly name: string;
  /** The file to write; default: the image goes into the Docker engine. */
  readonly output?: string;
  /** Default: that of the root's programs. */
  readonly architecture?: string;
  readonly release?: string;
  readonly keys: readonly string[];
  /** SOURCE_DATE_EPOCH: nothing is newer. */
  readonly newest?: Date;
}

/** What was made. */
export interface BaseReport {
  readonly image: { readonly name: string; readonly id: string };
  /** The file that it is in; null: in the engine. */
  readonly file: string | null;
  readonly architecture: string;
  readonly release: UsedRelease;
  readonly layers: readonly { readonly diffId: string; readonly size: number }[];
  /** Names of ours that the root has files of its own at. */
  readonly kept: readonly string[];
}

/** Makes an image with /init out of a root file system. All or nothing. @throws S6tsError of each step. */
export async function makeBase(request: BaseRequest, context: InjectContext): Promise<BaseReport> {
  const { progress, signal } = context;
  const name = taggedName(request.name);
  if (request.output !== undefined) await assertApart(request.output, request.rootfs);
  const newest = request.newest === undefined ? undefined : Math.floor(request.newest.getTime() / 1000);
  const rootfs = await rootfsImage(request.rootfs, {
    progress,
    signal,
    ...(newest === undefined ? {} : { newest }),
    ...(request.architecture === undefined ? {} : { architecture: request.architecture }),
  });
  const { architecture } = rootfs;
  const source = { ...context, path: request.release, keys: request.keys };
  const release = await readRelease(architecture, source);
  progress.stage('lay out the layer');
  const placement = await placeOverlay(await release.tree(), rootfs.tree, { replaceAll: false });
  const layer = toLayer(placement, release.date);
  const { image } = graft(rootfs.image, layer, {
    originalImage: digestOf(rootfs.image.config),
    overlayVersion: release.version,
    overlayDigest: release.digest,
  });
  const images: NamedImages = { name, images: [{ image, platform: platformOf(architecture) }] };
  progress.stage(`store ${request.output ?? formatImageName(name)}`);
  const id = await store(images, request.output, context);
  return {
    image: { name: formatImageName(name), id },
    file: request.output ?? null,
    architecture: architecture.seed,
    release: usedRelease(release),
    layers: [
      { diffId: rootfs.layer.diffId, size: rootfs.layer.blob.size },
      { diffId: layer.diffId, size: layer.size },
    ],
    kept: placement.kept,
  };
}

/** The archive would become a part of the root while that is read, or take the place of the tar that it is made of. */
async function assertApart(output: string, rootfs: string): Promise<void> {
  const [file, root] = await Promise.all([realPlace(output), realPlace(rootfs)]);
  if (relative(root, file).split(sep)[0] === '..') return;
  throw new S6tsError('rootfs-output', `${output} lies in the root file system ${rootfs}, or is it`, {
    what: output,
    hint: 'name a file elsewhere: --output FILE',
  });
}

/** Without symbolic links, as far as it exists: a file yet to be made has only its folder. */
async function realPlace(path: string): Promise<string> {
  const at = resolve(path);
  return realpath(at).catch(async () => {
    const folder = dirname(at);
    return folder === at ? at : join(await realPlace(folder), basename(at));
  });
}

async function store(images: NamedImages, file: string | undefined, context: InjectContext): Promise<string> {
  if (file !== undefined) {
    const { writeArchive } = await import('./store/archive/write-archive.js');
    await writeArchive(file, images);
    return digestOf(images.images[0]?.image.config ?? '');
  }
  const { DockerDaemonStore } = await import('./store/docker-daemon/docker-daemon-store.js');
  return (await (await DockerDaemonStore.connect(context)).load(images)).id;
}
