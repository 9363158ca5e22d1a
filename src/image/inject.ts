import { reasonOf, S6tsError } from '../base/error.js';
import { architectureOfPlatform, ARCHITECTURES, type Architecture } from '../overlay/architecture.js';
import { existingInit, type ExistingInit } from './existing-init.js';
import { executionOf, graft, type Execution } from './graft.js';
import { adviceFor } from './inject-advice.js';
import { toLayer } from './layer.js';
import { readRelease, type OverlayRelease } from './overlay-release.js';
import { placeOverlay } from './place.js';
import {
  defaultTarget,
  formatImageName,
  formatReference,
  parseReference,
  type ImageName,
  type Reference,
} from './reference.js';
import type { ImageStore, StoreContext, StoredImage } from './store.js';
import { storeFor } from './stores.js';
import { ungraft, type Ungrafted } from './ungraft.js';
import { validate } from './validate.js';

/** What `s6ts inject` was asked for. */
export interface InjectRequest {
  readonly image: string;
  /** The new name; default `IMAGE:tag-s6`. */
  readonly target?: string;
  /** A tarball, or a folder of them; default: the user's own release. */
  readonly release?: string;
  readonly keys: readonly string[];
  /** Services as root, the CMD as the image's USER. */
  readonly servicesAsRoot: boolean;
  readonly keepInit: boolean;
  /** Goes on where an /init is replaced that does things which ours doesn't. */
  readonly force: boolean;
}

/** What it needs beside the stores. */
export interface InjectContext extends StoreContext {
  readonly now: Date;
  /** The path of the user's own release for an architecture, built where there is none. */
  readonly ownRelease: (architecture: Architecture) => Promise<string>;
}

/** What was done. */
export interface InjectReport {
  readonly source: { readonly name: string; readonly id: string };
  readonly target: { readonly name: string; readonly id: string };
  /** How it was stored. */
  readonly via: string;
  /** The image that had the name before and has none now. */
  readonly replaced: string | null;
  readonly release: {
    readonly file: string;
    readonly version: string;
    readonly digest: string;
    readonly signedBy: OverlayRelease['signedBy'] | null;
  };
  readonly layer: { readonly diffId: string; readonly size: number };
  readonly before: Execution;
  readonly after: Execution;
  /** What was upgraded in place, if anything. */
  readonly upgraded: 's6ts' | 's6-overlay-v1-v2' | null;
  /** Names of ours that the image has files of its own at. */
  readonly kept: readonly string[];
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** Puts the overlay into an image, stored under a new name. All or nothing. @throws S6tsError of each step. */
export async function inject(request: InjectRequest, context: InjectContext): Promise<InjectReport> {
  const reference = parseReference(request.image);
  const wanted = request.target === undefined ? undefined : targetName(request.target);
  const store = await storeFor(reference, context);
  const stored = await store.read(reference);
  const undone = ungraft(stored.image);
  const target = wanted ?? defaultTarget(asNamed(reference, stored), undone !== undefined);
  const architecture = architectureFor(stored, formatReference(reference));
  const release = await releaseFor(architecture, request, context);
  const base = await baseOf(store, stored, undone);
  const tree = await store.tree(base.stored);
  try {
    const execution = executionOf(base.image.config);
    const init = await existingInit(execution, tree);
    refuseLoss(init, request);
    context.progress.stage('lay out the layer');
    const placement = await placeOverlay(release.tree, tree, {
      replaceAll: init.kind === 's6-overlay-v1-v2',
    });
    await tree.close();
    const layer = toLayer(placement, release.date);
    const grafted = graft(base.image, layer, {
      originalImage: undone?.originalImage ?? stored.id,
      overlayVersion: release.version,
      overlayDigest: release.digest,
      // Once chosen it stays chosen: an upgrade must not take root from services that need it.
      servicesAsRoot: request.servicesAsRoot || undone?.servicesAsRoot === true,
      keepInit: request.keepInit,
      replacesInit: init.kind !== 'none',
    });
    await validate(grafted.image);
    context.progress.stage(`store ${formatImageName(target)}`);
    const written = await store.write(target, grafted.image, base.stored);
    return {
      source: { name: formatReference(reference), id: stored.id },
      target: { name: formatImageName(target), id: written.id },
      via: written.via,
      replaced: written.replaced ?? null,
      release: {
        file: release.file,
        version: release.version,
        digest: release.digest,
        signedBy: release.signedBy ?? null,
      },
      layer: { diffId: layer.diffId, size: layer.size },
      before: grafted.before,
      after: grafted.after,
      upgraded:
        undone !== undefined || init.kind === 's6ts'
          ? 's6ts'
          : init.kind === 's6-overlay-v1-v2'
            ? init.kind
            : null,
      kept: placement.kept,
      ...adviceFor({ grafted, init, request }),
    };
  } catch (error) {
    // What is told is the error that came first; a container that stays is said beside it.
    await tree
      .close()
      .catch((late: unknown) => context.progress.warn(`left in the engine: ${reasonOf(late)}`));
    throw error;
  }
}

function targetName(text: string): ImageName {
  const reference = parseReference(text);
  if (reference.kind === 'name' && reference.name.digest === undefined) {
    return { ...reference.name, tag: reference.name.tag ?? 'latest' };
  }
  throw new S6tsError('reference-invalid', `--tag ${text}: an image can't be stored under an id or digest`, {
    what: text,
    hint: 'give --tag NAME:TAG',
  });
}

/** `docker` takes the beginning of an id for a name, too: such an image has no name to derive another from. */
function asNamed(reference: Reference, stored: StoredImage): Reference {
  const text = formatReference(reference);
  const isId = stored.id.replace('sha256:', '').startsWith(text.replace('sha256:', ''));
  return reference.kind === 'name' && isId && !stored.names.some((name) => name.startsWith(`${text}:`))
    ? { transport: reference.transport, kind: 'id', id: stored.id }
    : reference;
}

function architectureFor({ platform }: StoredImage, name: string): Architecture {
  if (platform.os !== 'linux') {
    throw new S6tsError('image-platform', `${name} is a ${platform.os} image: /init runs on Linux only`, {
      what: name,
    });
  }
  const found = architectureOfPlatform(platform.architecture, platform.variant);
  if (found !== undefined) return found;
  const { architecture, variant } = platform;
  throw new S6tsError(
    'image-platform',
    `${name} is for ${architecture}${variant === undefined ? '' : `/${variant}`}: there is no overlay for it`,
    {
      what: name,
      hint: `there are overlays for ${ARCHITECTURES.map(({ seed }) => seed).join(' ')}`,
    },
  );
}

async function releaseFor(
  architecture: Architecture,
  request: InjectRequest,
  context: InjectContext,
): Promise<OverlayRelease> {
  const path = request.release ?? (await context.ownRelease(architecture));
  return readRelease(architecture, {
    path,
    keys: request.keys,
    env: context.env,
    now: context.now,
    progress: context.progress,
  });
}

interface Base {
  /** What the layer goes onto. */
  readonly image: StoredImage['image'];
  /** Where its files can be seen. */
  readonly stored: StoredImage;
}

/** The image without an earlier layer of ours; its files are those of the original, where the store still has that. */
async function baseOf(store: ImageStore, stored: StoredImage, undone: Ungrafted | undefined): Promise<Base> {
  if (undone === undefined) return { image: stored.image, stored };
  const original = await store.find(undone.originalImage);
  const layers = (image: StoredImage['image']): string => image.layers.map(({ diffId }) => diffId).join();
  const same = original !== undefined && layers(original.image) === layers(undone.image);
  return { image: undone.image, stored: same ? original : stored };
}

function refuseLoss(init: ExistingInit, { force, image }: InjectRequest): void {
  if (force) return;
  if (init.kind === 's6-overlay-v3') {
    const services = init.services.length === 0 ? 'none' : init.services.join(', ');
    throw new S6tsError(
      'init-v3',
      `${image} runs s6-overlay v3; its s6-rc services would not be started: ${services}`,
      {
        what: image,
        hint: 'move them to /etc/services.d and /etc/cont-init.d, or leave them out with --force',
      },
    );
  }
  if (init.kind === 'unknown') {
    throw new S6tsError(
      'init-unknown',
      `${image} starts with an /init that is not s6-overlay's; ours would take its place`,
      {
        what: image,
        hint: 'give it another name in the image, or replace it with --force',
      },
    );
  }
}
