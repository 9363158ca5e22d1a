import { posix } from 'node:path';
import { S6tsError } from '../base/error.js';
import type { Architecture } from '../overlay/architecture.js';
import { assertRuntimes } from '../overlay/runtime-files.js';
import { treeOf, type OverlayTree } from '../overlay/tree.js';
import { PLAIN_FOLDER, type FolderAttributes, type Layer } from './image.js';
import type { InjectContext } from './inject-image.js';
import { toLayer } from './layer.js';
import { newConfig, platformOf } from './new-config.js';
import { packLayer } from './pack-layer.js';
import {
  readRelease,
  usedRelease,
  type OverlayRelease,
  type ReleaseSource,
  type UsedRelease,
} from './overlay-release.js';
import { platformText } from './platforms.js';
import { formatImageName, taggedName } from './reference.js';
import type { PlatformImage } from './store/archive/entered.js';
import { writeArchive } from './store/archive/write-archive.js';

/** What `s6ts carrier` was asked for. */
export interface CarrierRequest {
  readonly architectures: readonly Architecture[];
  readonly name: string;
  /** The file to write. */
  readonly output: string;
  readonly release?: string;
  readonly keys: readonly string[];
}

/** What was made. */
export interface CarrierReport {
  readonly name: string;
  readonly file: string;
  readonly platforms: readonly {
    readonly architecture: string;
    readonly platform: string;
    readonly release: UsedRelease;
    /** Bytes of the layer as it travels. */
    readonly size: number;
  }[];
}

/**
 * Makes the image that a Dockerfile takes the overlay from (`COPY --from=s6ts / /`): nothing but the overlay, for every
 * platform, in one archive. @throws S6tsError of each step.
 */
export async function makeCarrier(request: CarrierRequest, context: InjectContext): Promise<CarrierReport> {
  const { cacheFolder, progress, signal } = context;
  const source = { ...context, path: request.release, keys: request.keys };
  const name = taggedName(request.name);
  const images: PlatformImage[] = [];
  const platforms: CarrierReport['platforms'][number][] = [];
  if (request.release === undefined) assertRuntimes(request.architectures);
  for (const [architecture, release] of await readReleases(request.architectures, source)) {
    progress.stage(`pack ${architecture.seed}`);
    const layer = await packLayer(toLayer(carried(await release.tree()), release.date), cacheFolder);
    signal.throwIfAborted();
    const platform = platformOf(architecture);
    images.push({ image: carrierImage(architecture, layer, release), platform });
    platforms.push({
      architecture: architecture.seed,
      platform: platformText(platform),
      release: usedRelease(release),
      size: layer.blob.size,
    });
  }
  progress.stage(`write ${request.output}`);
  await writeArchive(request.output, { name, images });
  return { name: formatImageName(name), file: request.output, platforms };
}

/** The overlay for every architecture; what is missing is said of all at once. @throws S6tsError of `readRelease`. */
async function readReleases(
  architectures: readonly Architecture[],
  source: ReleaseSource,
): Promise<(readonly [Architecture, OverlayRelease])[]> {
  const releases: (readonly [Architecture, OverlayRelease])[] = [];
  const missing: { readonly seed: string; readonly error: S6tsError }[] = [];
  for (const architecture of architectures) {
    try {
      releases.push([architecture, await readRelease(architecture, source)]);
    } catch (error) {
      if (!(error instanceof S6tsError) || error.code !== 'file-missing') throw error;
      missing.push({ seed: architecture.seed, error });
    }
  }
  const [first, ...others] = missing;
  if (first === undefined) return releases;
  if (others.length === 0) throw first.error;
  const names = missing.map(({ seed }) => seed).join(', ');
  throw new S6tsError('file-missing', `there is no overlay for ${names}: ${first.error.message}`, {
    what: first.error.what ?? names,
    hint: `${first.error.hint ?? 'build them: s6ts build-release'}; or name those that are there with --arch`,
    cause: first.error,
  });
}

/**
 * The overlay as a copy may bring it anywhere. A copy out of an image has folders for all that lies in them, and one
 * called /bin would take the place of an image's link of that name: so what the tarball has below /bin and /sbin (for
 * the seed's extraction in two steps) goes into /usr/bin here.
 */
function carried(overlay: OverlayTree): {
  entries: OverlayTree;
  folders: Map<string, FolderAttributes>;
  kept: [];
} {
  const moved = [...overlay].map(([path, entry]) => [path.replace(/^s?bin\//, 'usr/bin/'), entry] as const);
  const entries = treeOf(moved.filter(([, entry]) => entry.kind !== 'directory'));
  const folders = new Map<string, FolderAttributes>();
  for (const path of entries.keys()) {
    for (let at = posix.dirname(path); at !== '.'; at = posix.dirname(at)) folders.set(at, PLAIN_FOLDER);
  }
  for (const [path, entry] of moved) {
    if (entry.kind === 'directory') folders.set(path, { ...PLAIN_FOLDER, mode: entry.mode });
  }
  return { entries, folders, kept: [] };
}

function carrierImage(
  architecture: Architecture,
  layer: Layer,
  release: OverlayRelease,
): PlatformImage['image'] {
  const config = newConfig({
    architecture,
    created: new Date(release.date * 1000),
    layers: [
      { diffId: layer.diffId, createdBy: `s6ts carrier: s6-overlay ${release.version} (${release.digest})` },
    ],
    config: {
      // The classical builder makes a container of what it copies from, and that needs a command.
      Entrypoint: ['/init'],
      Labels: {
        'org.opencontainers.image.title': 's6-overlay',
        'org.opencontainers.image.version': release.version,
      },
    },
  });
  return { config, layers: [layer] };
}
