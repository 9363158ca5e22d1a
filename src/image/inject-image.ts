import { digestOf } from '../base/digest.js';
import { reasonOf, S6tsError } from '../base/error.js';
import type { SingleFlight } from '../base/single-flight.js';
import { architectureOfPlatform, ARCHITECTURES, type Architecture } from '../overlay/architecture.js';
import { mergeTrees } from '../overlay/tree.js';
import type { AddOn } from './add-on.js';
import { addedTo, graftAdditions, withoutAdditions, type AddedSummary } from './additions/graft-additions.js';
import { knobWarnings } from './additions/knob-warnings.js';
import { placeAdditions } from './additions/place-additions.js';
import type { Additions } from './additions/read-additions.js';
import { existingInit, type ExistingInit } from './existing-init.js';
import { envOf } from './labels.js';
import { executionOf, graft, type Execution, type GraftOptions } from './graft.js';
import { sameLayers, type Image, type ImageTree, type Layer, type Platform } from './image.js';
import { adviceFor, type Advice } from './inject-advice.js';
import { toLayer } from './layer.js';
import { usedRelease, type OverlayRelease, type OwnRelease, type UsedRelease } from './overlay-release.js';
import { laidLayer, type LaidLayer } from './laid-layer.js';
import { packLayer, type PackedLayer } from './pack-layer.js';
import { laidOver, type ReadableTree } from './laid-over.js';
import { holdsProgram } from './lint/find-program.js';
import { imageRoot } from './lint/image-root.js';
import { formatFinding, lint } from './lint/lint.js';
import type { Finding } from './lint/rule.js';
import { placeOverlay, type Placement } from './place.js';
import { releasesFor } from './releases.js';
import type { ImageStore, StoreContext, StoredImage } from './store.js';
import { ungraft, type Ungrafted } from './ungraft.js';
import { validate } from './validate.js';

/** What is asked of each image, whatever the platform. */
export interface ImageRequest {
  readonly image: string;
  /** A tarball, or a folder of them; default: what `ownRelease` finds. */
  readonly release?: string;
  readonly keys: readonly string[];
  /** What goes into it beside the overlay; what an earlier inject put there stays. */
  readonly with: readonly AddOn[];
  /** What the user adds; what an earlier inject added stays unless something is. */
  readonly additions?: Additions;
  /** Services as root, the CMD as the image's USER. */
  readonly servicesAsRoot: boolean;
  readonly keepInit: boolean;
  /** Goes on where an /init is replaced that does things which ours doesn't. */
  readonly force: boolean;
}

/** What it needs beside the stores. */
export interface InjectContext extends StoreContext {
  readonly now: Date;
  readonly ownRelease: OwnRelease;
  /** What several images of one command share, by architecture and add-on. */
  readonly releases?: SingleFlight<OverlayRelease>;
  /**
   * Changes with the code of s6ts: layers that this build has laid out before needn't be again. Undefined where the code
   * runs from its sources, which change without that.
   */
  readonly build?: string;
  /** The layer goes to where layers are packed, whatever they are where it comes from. */
  readonly packed?: boolean;
}

/** What was done to one image. */
export interface InjectedImage extends Advice {
  readonly platform: Platform;
  readonly release: UsedRelease;
  /** What went into it beside the overlay. */
  readonly with: readonly { readonly name: AddOn; readonly file: string; readonly digest: string }[];
  readonly layer: { readonly diffId: string; readonly size: number };
  /** What is in it of the user's own, from now or from before; null for nothing. */
  readonly added: AddedSummary | null;
  readonly before: Execution;
  readonly after: Execution;
  /** What was there before, if anything: a layer of inject's own, replaced; or a tarball's files, overlaid. */
  readonly upgraded: 's6ts' | 's6ts-tarball' | 's6-overlay-v1-v2' | null;
  /** Names of ours that the image has files of its own at. */
  readonly kept: readonly string[];
}

/** An image with the overlay, not stored yet; `base` is the stored image whose layers it begins with. */
export interface MadeImage {
  readonly kind: 'made';
  readonly image: Image;
  readonly base: StoredImage;
  readonly injected: InjectedImage;
}

/** What is to be added would not work in this image. */
export interface RefusedImage {
  readonly kind: 'refused';
  readonly platform: Platform;
  /** Errors, and warnings beside them. */
  readonly findings: readonly Finding[];
}

type SizedLayer = Layer & Required<Pick<Layer, 'size'>>;

/** Puts the overlay into one image of one platform. Stores nothing. @throws S6tsError of each step. */
export async function injectImage(
  store: ImageStore,
  stored: StoredImage,
  request: ImageRequest,
  context: InjectContext,
): Promise<MadeImage | RefusedImage> {
  const { additions } = request;
  const undone = undoneFor(stored, additions);
  const architecture = architectureFor(stored, request.image);
  const addOns = [...new Set([...(undone?.with ?? []), ...request.with])].sort();
  const source = { ...context, path: request.release, keys: request.keys };
  const { release, others } = await releasesFor(architecture, addOns, source, context.releases);
  const base = await baseOf(store, stored, undone);
  const tree = await store.tree(base.stored);
  try {
    const init = await existingInit(executionOf(base.image.config), tree);
    refuseLoss(init, request);
    context.progress.stage('lay out the layer');
    const before = addedTo(stored.image.config)?.services ?? [];
    const added = additions === undefined ? undefined : await placeAdditions(additions, tree, before);
    const below = added === undefined ? tree : laidOver(tree, added);
    const replaceAll = init.kind === 's6-overlay-v1-v2';
    const place = async (seen: ImageTree): Promise<Placement> => {
      const trees = await Promise.all([release, ...others].map((each) => each.tree()));
      return placeOverlay(mergeTrees(...trees), seen, { replaceAll });
    };
    // What is added is judged in its place; without, the layer is often one that was laid out before.
    const placement = additions === undefined ? undefined : await place(below);
    const { findings, warnings } = await judged(
      additions,
      placement === undefined ? below : laidOver(below, placement),
      base.image.config,
    );
    if (findings.some(({ severity }) => severity === 'error')) {
      await tree.close();
      return { kind: 'refused', platform: stored.platform, findings };
    }
    const { build, cacheFolder, packed: isPacked = false } = context;
    const pack = (placed: Placement): Promise<PackedLayer> =>
      packLayer(toLayer(placed, release.date), cacheFolder);
    const asLayer = async (placed: Placement): Promise<SizedLayer> =>
      base.image.manifest === undefined && !isPacked ? toLayer(placed, release.date) : pack(placed);
    const holdsFiles = added !== undefined && (added.entries.size > 0 || added.folders.size > 0);
    const onto =
      additions === undefined
        ? base.image
        : graftAdditions(base.image, holdsFiles ? await asLayer(added) : undefined, additions);
    const lay = async <T>(
      placed: Placement,
      toLaid: (placed: Placement) => Promise<T>,
    ): Promise<LaidLayer<T>> => ({ layer: await toLaid(placed), kept: placed.kept });
    const made = [build, replaceAll, release.digest, ...others.map(({ digest }) => digest)];
    // Who names a key wants every byte to come out of what it vouches for, not out of a cache that others may write into.
    const mayReuse = build !== undefined && isPacked && placement === undefined && request.keys.length === 0;
    const { layer, kept } = mayReuse
      ? await laidLayer(made, below, cacheFolder, async (seen) => lay(await place(seen), pack))
      : await lay<SizedLayer>(placement ?? (await place(below)), asLayer);
    await tree.close();
    const grafted = graft(onto, layer, {
      ...originOf(stored, undone),
      overlayVersion: release.version,
      overlayDigest: release.digest,
      with: addOns,
      // Once chosen it stays chosen: an upgrade must not take root from services that need it.
      servicesAsRoot: request.servicesAsRoot || undone?.servicesAsRoot === true,
      keepInit: request.keepInit,
      replacesInit: init.kind !== 'none',
    });
    await validate(grafted.image);
    const advice = adviceFor({ grafted, init, request });
    return {
      kind: 'made',
      image: grafted.image,
      base: base.stored,
      injected: {
        platform: stored.platform,
        release: usedRelease(release),
        with: others.map(({ name, file, digest }) => ({ name, file, digest })),
        layer: { diffId: layer.diffId, size: layer.size },
        added: addedTo(onto.config) ?? null,
        before: executionOf(base.image.config),
        after: grafted.after,
        upgraded: upgradedFrom(undone, init),
        kept,
        notes: advice.notes,
        warnings: [...advice.warnings, ...findings.map(formatFinding), ...warnings],
      },
    };
  } catch (error) {
    // What is told is the error that came first; a container that stays is said beside it.
    await tree
      .close()
      .catch((late: unknown) => context.progress.warn(`left in the engine: ${reasonOf(late)}`));
    throw error;
  }
}

/** The image without an earlier overlay; without earlier additions, too, where there are new ones. */
function undoneFor(stored: StoredImage, additions: Additions | undefined): Ungrafted | undefined {
  const undone = ungraft(stored.image);
  if (undone === undefined || additions === undefined) return undone;
  return { ...undone, image: withoutAdditions(undone.image).image };
}

/** What is to be said of what is added, in the root that it is to lie in. */
async function judged(
  additions: Additions | undefined,
  tree: ReadableTree,
  config: string,
): Promise<{ readonly findings: readonly Finding[]; readonly warnings: readonly string[] }> {
  if (additions === undefined) return { findings: [], warnings: [] };
  const root = imageRoot(tree, additions.env.get('PATH') ?? envOf(config).get('PATH'));
  const findings = await lint({ tree: additions.tree, root });
  const [program] = additions.cmd ?? [];
  // Behind an ENTRYPOINT it is no program.
  const isFirst = program !== undefined && executionOf(config).entrypoint.length === 0;
  const isThere = !isFirst || (await holdsProgram(root, program));
  const missing = isThere ? [] : [`--cmd starts ${program}, which the image lacks`];
  return { findings, warnings: [...missing, ...(await knobWarnings(additions))] };
}

/** What the image was before any inject; only a store with manifests shows every byte of a config. */
function originOf(
  { id, image }: StoredImage,
  undone: Ungrafted | undefined,
): Pick<GraftOptions, 'originalImage' | 'originalConfig'> {
  if (undone === undefined) {
    return {
      originalImage: id,
      ...(image.manifest === undefined ? {} : { originalConfig: digestOf(image.config) }),
    };
  }
  const { originalImage, originalConfig } = undone;
  return { originalImage, ...(originalConfig === undefined ? {} : { originalConfig }) };
}

function upgradedFrom(undone: Ungrafted | undefined, init: ExistingInit): InjectedImage['upgraded'] {
  if (undone !== undefined) return 's6ts';
  if (init.kind === 's6ts') return 's6ts-tarball';
  return init.kind === 's6-overlay-v1-v2' ? init.kind : null;
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
  const same = original?.kind === 'image' && sameLayers(original.image, undone.image);
  return { image: undone.image, stored: same ? original : stored };
}

function refuseLoss(init: ExistingInit, { force, image }: ImageRequest): void {
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
