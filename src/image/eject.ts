import { digestOf } from '../base/digest.js';
import { S6tsError } from '../base/error.js';
import { ejectImage, type Original, type ReadExactly, type Refusal, type Sameness } from './eject-image.js';
import { ejectIndex } from './eject-index.js';
import type { Platform } from './image.js';
import { asNamed } from './as-named.js';
import { formatReference, originalTarget, parseReference, type Reference } from './reference.js';
import type { Content, ImageStore, StoreContext, StoredImage, StoredIndex, Written } from './store.js';
import { withStores } from './stores.js';
import { targetReference } from './target.js';

/** What `s6ts eject` was asked for. */
export interface EjectRequest {
  readonly image: string;
  /** The original's new name; default: the image's own without `-s6`. */
  readonly target?: string;
}

interface Named {
  readonly name: string;
  readonly id: string;
}

/** What was done: the original is stored, or there is none to give back. */
export type EjectReport =
  | {
      readonly kind: 'ejected';
      readonly source: Named;
      readonly target: Named;
      /** How it was stored. */
      readonly via: string;
      /** The image that had the name before and has none now. */
      readonly replaced: string | null;
      readonly sameness: Sameness;
      /** One for each platform that `inject` had changed. */
      readonly images: readonly EjectedImage[];
      /** True where something that `inject` left out of an index can't come back. */
      readonly incomplete: boolean;
    }
  | { readonly kind: 'refused'; readonly source: Named; readonly reason: Refusal };

/** What came back for one platform. */
export interface EjectedImage {
  readonly platform: Platform;
  /** The overlay's version that was taken out. */
  readonly version: string;
  readonly sameness: Sameness;
  /** True where somebody had edited the config after `inject`: that stays. */
  readonly edited: boolean;
}

/** Gives back the image that `inject` was given, under a name. All or nothing. @throws S6tsError of each step. */
export async function eject(request: EjectRequest, context: StoreContext): Promise<EjectReport> {
  const reference = parseReference(request.image);
  const wanted = request.target === undefined ? undefined : targetReference(request.target, reference);
  return withStores({ source: reference, target: wanted }, context, (store, to) =>
    ejectFrom(store, { reference, wanted, to }, context),
  );
}

/** Where an image comes from, and where its original goes. */
interface Way {
  readonly reference: Reference;
  /** The name asked for. */
  readonly wanted: Reference | undefined;
  readonly to: ImageStore;
}

async function ejectFrom(
  store: ImageStore,
  { reference, wanted, to }: Way,
  context: StoreContext,
): Promise<EjectReport> {
  const found = await store.read(reference);
  const source = { name: formatReference(reference), id: found.id };
  const made = await originalOf(store, found, exactReader(reference, context));
  if (typeof made === 'string') return { kind: 'refused', source, reason: made };
  const target = wanted ?? (await freeTarget(store, asNamed(reference, found), made.id));
  context.progress.stage(`store ${formatReference(target)}`);
  const written = await to.write(target, made.content, to === store ? made.base : undefined);
  const kept = (sameness: Sameness): Sameness => asWritten(sameness, made.id, written);
  return {
    kind: 'ejected',
    source,
    target: { name: formatReference(target), id: written.id },
    via: written.via,
    replaced: written.replaced ?? null,
    sameness: kept(made.sameness),
    images: made.images.map((image) => ({ ...image, sameness: kept(image.sameness) })),
    incomplete: made.incomplete,
  };
}

/** What was proved of an image holds of the one stored where it has the same id: a place may have words of its own. */
function asWritten(sameness: Sameness, id: string, written: Written): Sameness {
  if (written.id === id || sameness === 'values') return sameness;
  return written.via === 'commit' ? 'values' : 'config';
}

interface Made {
  readonly content: Content;
  readonly base?: StoredImage;
  readonly id: string;
  readonly sameness: Sameness;
  readonly images: readonly EjectedImage[];
  readonly incomplete: boolean;
}

async function originalOf(
  store: ImageStore,
  found: StoredImage | StoredIndex,
  exactly: ReadExactly,
): Promise<Made | Refusal> {
  if (found.kind === 'image') {
    const made = await ejectImage(store, found, exactly);
    if (typeof made === 'string') return made;
    const { image, base, id, sameness } = made;
    const images = [told(found.platform, made)];
    return { content: { kind: 'image', image }, base, id, sameness, images, incomplete: false };
  }
  const made = await ejectIndex(store, found);
  if (typeof made === 'string') return made;
  return {
    ...made,
    images: made.images.map(({ original }) => told(original.base.platform, original)),
  };
}

function told(platform: Platform, { version, sameness, edited }: Original): EjectedImage {
  return { platform, version, sameness, edited };
}

/** An engine shows values; where those don't give its own bytes, only a full export has them. */
function exactReader(reference: Reference, context: StoreContext): ReadExactly {
  return async (stored) => {
    const shown = stored.image.manifest !== undefined || digestOf(stored.image.config) === stored.id;
    if (shown || context.exact) return stored;
    return withStores({ source: reference }, { ...context, exact: true }, async (store) => {
      const exact = await store.read(reference);
      return exact.kind === 'image' ? exact : stored;
    });
  };
}

/** The name to put it under where the user gave none. @throws S6tsError `target-taken` by another image. */
async function freeTarget(store: ImageStore, source: Reference, id: string): Promise<Reference> {
  const target = originalTarget(source);
  const name = formatReference(target);
  if (name === formatReference(source)) return target;
  const present = await store.read(target).catch((error: unknown) => {
    if (error instanceof S6tsError && error.code === 'image-missing') return undefined;
    throw error;
  });
  if (present === undefined || present.id === id) return target;
  throw new S6tsError('target-taken', `${name} is another image by now, ${present.id}`, {
    what: name,
    hint: `name the result: --tag ${name}-original, or --tag ${name} to replace that image`,
  });
}
