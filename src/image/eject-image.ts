import { isDeepStrictEqual } from 'node:util';
import { digestOf } from '../base/digest.js';
import { isObject, type JsonObject } from '../base/json-object.js';
import { withoutAdditions } from './additions/graft-additions.js';
import { valueAt } from './config.js';
import { sameLayers, type Image } from './image.js';
import type { ImageStore, StoredImage } from './store.js';
import { ungraft, type Ungrafted } from './ungraft.js';

/**
 * How much of the original came back: its very bytes; its config, hence its image id in a classical engine, under a
 * manifest that was written anew since; or its layers and every value.
 */
export type Sameness = 'bytes' | 'config' | 'values';

/** Why nothing is given back: `inject` did not make the image, or somebody built on top of what it made. */
export type Refusal = 'not-injected' | 'built-upon';

/** An image as it was before `inject`. */
export interface Original {
  readonly image: Image;
  /** What the store has of it: the original itself, else the injected image. */
  readonly base: StoredImage;
  /** The id under which the store will know it. */
  readonly id: string;
  readonly sameness: Sameness;
  /** The overlay's version that is taken out. */
  readonly version: string;
  /** True where somebody has edited the config since: that stays. */
  readonly edited: boolean;
}

/** Reads every byte of an image's config, where the store has shown its values only. */
export type ReadExactly = (stored: StoredImage) => Promise<StoredImage>;

/** The image that an injected one was: the original itself where the store still has it, else the edits undone. */
export async function ejectImage(
  store: ImageStore,
  stored: StoredImage,
  exactly: ReadExactly,
): Promise<Original | Refusal> {
  const undone = bare(stored);
  if (undone === undefined) return 'not-injected';
  if (!undone.layerRemoved) return 'built-upon';
  const original = await store.find(undone.originalImage);
  if (original?.kind === 'image' && sameLayers(original.image, undone.image)) {
    if (!sameValues(original.image.config, undone.image.config))
      return { ...rebuilt(stored, undone), edited: true };
    const { image, id } = original;
    return { image, base: original, id, sameness: 'bytes', version: undone.version, edited: false };
  }
  const exact = await exactly(stored);
  return rebuilt(exact, bare(exact) ?? undone);
}

/** Without the overlay, and without what a user had inject add. */
function bare(stored: StoredImage): Ungrafted | undefined {
  const undone = ungraft(stored.image);
  if (undone === undefined) return undefined;
  const { image, layerRemoved } = withoutAdditions(undone.image);
  return { ...undone, image, layerRemoved: undone.layerRemoved && layerRemoved };
}

function rebuilt(base: StoredImage, undone: Ungrafted): Original {
  const { image, version } = undone;
  return {
    image,
    base,
    id: digestOf(image.manifest?.text ?? image.config),
    sameness: samenessOf(undone),
    version,
    edited: false,
  };
}

/** Proved by the digests that `inject` noted. */
function samenessOf({ image, originalImage, originalConfig }: Ungrafted): Sameness {
  const config = digestOf(image.config);
  if (digestOf(image.manifest?.text ?? image.config) === originalImage) return 'bytes';
  return config === originalImage || config === originalConfig ? 'config' : 'values';
}

/** Values of `config` that say what an image is; an engine that commits writes others, too (image-spec, config.md). */
const VALUES =
  'Entrypoint Cmd Env User WorkingDir StopSignal Labels Volumes ExposedPorts Healthcheck OnBuild Shell'.split(
    ' ',
  );

/** What an engine takes for one with no such key at all. */
const NOTHING = ['null', '""', '[]', '{}'];

function sameValues(a: string, b: string): boolean {
  return isDeepStrictEqual(valuesOf(a), valuesOf(b));
}

function valuesOf(config: string): JsonObject {
  const found = valueAt(config, ['config']);
  const all = isObject(found) ? found : {};
  return Object.fromEntries(
    VALUES.map((key) => [key, all[key] ?? null] as const).filter(
      ([, value]) => !NOTHING.includes(JSON.stringify(value)),
    ),
  );
}
