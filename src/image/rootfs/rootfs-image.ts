import { basename } from 'node:path';
import { S6tsError } from '../../base/error.js';
import { ARCHITECTURES, parseArchitecture, type Architecture } from '../../overlay/architecture.js';
import type { Image, ImageTree } from '../image.js';
import { DEFAULT_PATH, newConfig } from '../new-config.js';
import { openRootfs, type Rootfs } from './open-rootfs.js';
import type { Progress } from '../../base/progress.js';

/** How a root file system becomes an image. */
export interface RootfsImageOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Default: that of the root's programs. */
  readonly architecture?: string;
  /** Where these don't tell. */
  readonly otherwise?: string;
  /** Seconds since 1970: nothing in the image is newer. */
  readonly newest?: number;
}

/** An image of one layer, which nothing is started in yet. */
export interface RootfsImage {
  readonly image: Image;
  readonly architecture: Architecture;
  readonly tree: ImageTree;
  readonly layer: Rootfs['layer'];
}

/** Makes an image of a root file system, a folder or a tar. @throws S6tsError `architecture-unknown`; of openRootfs */
export async function rootfsImage(path: string, options: RootfsImageOptions): Promise<RootfsImage> {
  const { progress, signal, newest } = options;
  // A mistyped name is said before a large root is read.
  const wanted = options.architecture === undefined ? undefined : parseArchitecture(options.architecture);
  const rootfs = await openRootfs(path, { progress, signal, newest });
  const architecture = wanted ?? rootfs.architecture ?? named(path, options.otherwise);
  const config = newConfig({
    architecture,
    created: new Date(Math.min(rootfs.newest, newest ?? Infinity) * 1000),
    layers: [{ diffId: rootfs.layer.diffId, createdBy: `s6ts base ${basename(path)}` }],
    config: { Env: [DEFAULT_PATH] },
  });
  return { image: { config, layers: [rootfs.layer] }, architecture, tree: rootfs.tree, layer: rootfs.layer };
}

function named(path: string, architecture: string | undefined): Architecture {
  if (architecture !== undefined) return parseArchitecture(architecture);
  throw new S6tsError('architecture-unknown', `${path} holds no program that tells its architecture`, {
    what: path,
    hint: `name it: s6ts base --arch ${ARCHITECTURES.map(({ seed }) => seed).join(' | ')}, or s6ts inject --platform the same`,
  });
}
