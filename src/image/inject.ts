import { reasonOf } from '../base/error.js';
import { lanes } from '../base/lanes.js';
import { mapParallel } from '../base/parallel.js';
import { asNamed } from './as-named.js';
import { adviceForIndex, type Advice } from './inject-advice.js';
import { graftIndex } from './graft-index.js';
import { readAdditions, type AdditionsRequest } from './additions/read-additions.js';
import {
  injectImage,
  type ImageRequest,
  type InjectContext,
  type InjectedImage,
  type RefusedImage,
} from './inject-image.js';
import { checkPlatform, choosePlatforms, platformText, withPlatforms } from './platforms.js';
import { defaultTarget, formatReference, parseReference, type Reference } from './reference.js';
import type { Breadth, Content, ImageStore, StoredImage, StoredIndex } from './store.js';
import { keepsBlobs, withStores } from './stores.js';
import { targetReference } from './target.js';
import { undoOf } from './labels.js';

/** What `s6ts inject` was asked for. */
export interface InjectRequest extends Omit<ImageRequest, 'additions'> {
  /** What is to be in it beside the overlay. */
  readonly add?: AdditionsRequest;
  /** The new name; default `IMAGE:tag-s6`. */
  readonly target?: string;
  /** Platforms to pick from an index, as `linux/arm64` or any name of an architecture; default: all. */
  readonly platforms?: readonly string[];
  /** Leaves out the platforms that there is no overlay for. */
  readonly skipPlatform?: boolean;
}

/** What was done. */
export interface InjectReport extends Advice {
  /** `planned`: what would be (dry run). */
  readonly kind: 'injected' | 'planned';
  readonly source: { readonly name: string; readonly id: string };
  readonly target: { readonly name: string; readonly id: string };
  /** How it was stored. */
  readonly via: string;
  /** The image that had the name before and has none now. */
  readonly replaced: string | null;
  /** One for each platform. */
  readonly images: readonly InjectedImage[];
}

/** Nothing was done: what is to be added would not work, in the image of at least one platform. */
export interface InjectRefusal {
  readonly kind: 'refused';
  readonly source: { readonly name: string; readonly id: string };
  readonly images: readonly RefusedImage[];
}

/** Puts the overlay into an image, stored under a new name. All or nothing. @throws S6tsError of each step. */
export async function inject(
  { add, ...asked }: InjectRequest,
  context: InjectContext,
): Promise<InjectReport | InjectRefusal> {
  const request = { ...asked, ...(add === undefined ? {} : { additions: await readAdditions(add) }) };
  const reference = parseReference(request.image);
  const wanted = request.target === undefined ? undefined : targetReference(request.target, reference);
  const [architecture, ...more] = request.platforms ?? [];
  const known = architecture === undefined || more.length > 0 ? {} : { architecture };
  return withStores({ source: reference, target: wanted }, { ...context, ...known }, (source, store) =>
    injectFrom(source, { reference, wanted, store }, request, context),
  );
}

const SIGNED =
  'the image is signed (cosign): that signature is for what it was, the result has none; sign it anew';

/** Where an image comes from, and where it goes. */
interface Way {
  readonly reference: Reference;
  /** The name asked for. */
  readonly wanted: Reference | undefined;
  /** The store that the result goes into. */
  readonly store: ImageStore;
}

async function injectFrom(
  source: ImageStore,
  { reference, wanted, store }: Way,
  request: ReadRequest,
  context: InjectContext,
): Promise<InjectReport | InjectRefusal> {
  const found = await source.read(reference);
  const again = found.kind === 'image' && undoOf(found.image.config) !== undefined;
  const target = wanted ?? defaultTarget(asNamed(reference, found), again);
  const signed = signedWarning(source, found);
  const each = { ...context, packed: keepsBlobs(target) };
  const made =
    found.kind === 'image'
      ? await injectOne(source, found, request, each)
      : await injectAll(source, found, { ...request, breadth: await store.breadth() }, each);
  if ('refused' in made) {
    return {
      kind: 'refused',
      source: { name: formatReference(reference), id: found.id },
      images: made.refused,
    };
  }
  if (context.dryRun !== true) context.progress.stage(`store ${formatReference(target)}`);
  const written = await store.write(target, made.content, source === store ? made.base : undefined);
  const warnings = [...made.advice.warnings, ...(await signed)];
  return {
    kind: context.dryRun === true ? 'planned' : 'injected',
    source: { name: formatReference(reference), id: found.id },
    target: { name: formatReference(target), id: written.id },
    via: written.via,
    replaced: written.replaced ?? null,
    images: made.images,
    ...made.advice,
    warnings,
  };
}

/** A warning where the image is signed, or where that can't be told. Begun early and awaited last: it never rejects. */
async function signedWarning(
  store: ImageStore,
  { id }: StoredImage | StoredIndex,
): Promise<readonly string[]> {
  try {
    return (await store.isSigned?.(id)) === true ? [SIGNED] : [];
  } catch (error) {
    return [`whether the image is signed (cosign) can't be told: ${reasonOf(error)}`];
  }
}

/** A request whose additions have been read. */
type ReadRequest = Omit<InjectRequest, 'add'> & ImageRequest;

interface Refused {
  readonly refused: readonly RefusedImage[];
}

interface Made {
  readonly content: Content;
  readonly base?: StoredImage;
  readonly images: readonly InjectedImage[];
  readonly advice: Advice;
}

async function injectOne(
  store: ImageStore,
  stored: StoredImage,
  request: ReadRequest,
  context: InjectContext,
): Promise<Made | Refused> {
  checkPlatform(stored.platform, request);
  const made = await injectImage(store, stored, request, context);
  if (made.kind === 'refused') return { refused: [made] };
  const { image, base, injected } = made;
  return { content: { kind: 'image', image }, base, images: [injected], advice: { notes: [], warnings: [] } };
}

/** Platforms that are worked on at a time. */
const PLATFORMS = 3;

/** The images of all platforms, some side by side; the index goes last. */
async function injectAll(
  store: ImageStore,
  index: StoredIndex,
  request: ReadRequest & { readonly breadth: Breadth },
  context: InjectContext,
): Promise<Made | Refused> {
  const named = { ...index, entries: await withPlatforms(store, index) };
  const chosen = choosePlatforms(named, request);
  const { progress, signal } = context;
  if (chosen.entries.length > 1) progress.stage(`inject into ${chosen.entries.length} platforms`);
  const lane = chosen.entries.length > 1 ? lanes(progress) : () => progress;
  const results = await mapParallel(
    chosen.entries,
    PLATFORMS,
    async (entry) => {
      const own = { ...context, progress: lane(platformText(entry.platform)) };
      return { entry, ...(await injectImage(store, await store.member(index, entry), request, own)) };
    },
    signal,
  );
  const made = results.filter((result) => result.kind === 'made');
  const refused = results.filter((result) => result.kind === 'refused');
  if (refused.length > 0) return { refused };
  const images = made.map(({ injected }) => injected);
  const [first] = made;
  if (request.breadth.kind === 'image' && first !== undefined) {
    const { image, base, injected } = first;
    const advice = adviceForIndex({ ...chosen, dropped: 0, only: injected.platform });
    return { content: { kind: 'image', image }, base, images, advice };
  }
  const { text, dropped } = graftIndex(named, made);
  return {
    content: { kind: 'index', text, mediaType: index.mediaType, images: made.map(({ image }) => image) },
    images,
    advice: adviceForIndex({ ...chosen, dropped }),
  };
}
