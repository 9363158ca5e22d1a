import { S6tsError } from '../base/error.js';
import { architectureOfPlatform, ARCHITECTURES, parseArchitecture } from '../overlay/architecture.js';
import type { IndexEntry } from './blob/descriptor.js';
import type { Platform } from './image.js';
import type { Breadth, ImageStore, StoredIndex } from './store.js';

/** Which of an index's images are changed, and which platforms are left out. */
export interface Chosen {
  readonly entries: readonly IndexEntry[];
  readonly skipped: readonly string[];
  /** Platforms whose images are not where the index is. */
  readonly absent: readonly string[];
}

/** What is asked of an index. */
export interface Wanted {
  readonly image: string;
  readonly platforms?: readonly string[];
  readonly skipPlatform?: boolean;
  /** What the place that the result goes to can hold. Default: an index. */
  readonly breadth?: Breadth;
}

/**
 * The images of an index to work on: all, or those of the platforms asked for.
 * @throws S6tsError `platform-missing` | `platform-unsupported` unless such are to be skipped.
 */
export function choosePlatforms(index: StoredIndex, wanted: Wanted): Chosen {
  const listed = index.entries.filter((entry) => !isAttestation(entry));
  const images = listed.filter(({ absent }) => absent !== true);
  const platforms = wanted.platforms ?? onlyPlatform(images, wanted);
  const picked = platforms === undefined ? images : pick(images, platforms, wanted.image);
  if (wanted.breadth?.kind === 'image' && picked.length > 1) throw oneOnly(picked, wanted.image);
  const supported = picked.filter(({ platform }) => isSupported(platform));
  const skipped = picked
    .filter(({ platform }) => !isSupported(platform))
    .map(({ platform }) => platformText(platform));
  if (skipped.length > 0 && wanted.skipPlatform !== true) {
    throw new S6tsError(
      'platform-unsupported',
      `${wanted.image} has images for ${skipped.join(', ')}: there is no overlay for them`,
      {
        what: wanted.image,
        hint: `leave them out with --skip-platform; there are overlays for ${ARCHITECTURES.map(({ seed }) => seed).join(' ')}`,
      },
    );
  }
  if (supported.length === 0) {
    throw new S6tsError('platform-missing', `${wanted.image} has no image that an overlay could go into`, {
      what: wanted.image,
    });
  }
  const absent = listed
    .filter((entry) => entry.absent === true)
    .map(({ platform }) => platformText(platform));
  return { entries: supported, skipped, absent };
}

/**
 * The entries of an index, those without a platform with that of their config (image-spec, image-index.md: it may be
 * absent). @throws S6tsError of the store
 */
export async function withPlatforms(store: ImageStore, index: StoredIndex): Promise<readonly IndexEntry[]> {
  const entries = [];
  for (const entry of index.entries) {
    const isNamed = entry.platform !== undefined || entry.absent === true || isAttestation(entry);
    entries.push(isNamed ? entry : { ...entry, platform: (await store.member(index, entry)).platform });
  }
  return entries;
}

/** Refuses an image that is not for a platform asked for. @throws S6tsError `platform-missing` */
export function checkPlatform(platform: Platform, { image, platforms }: Wanted): void {
  const mine = architectureOfPlatform(platform.architecture, platform.variant);
  if (platforms === undefined || platforms.some((text) => parseArchitecture(text) === mine)) return;
  throw new S6tsError('platform-missing', `${image} is for ${platformText(platform)} only`, { what: image });
}

/** True for a note about another image (BuildKit's attestations have the platform unknown/unknown). */
export function isAttestation({ attests, platform }: IndexEntry): boolean {
  return attests !== undefined || platform?.os === 'unknown';
}

/** `linux/arm/v7` */
export function platformText(platform: Platform | undefined): string {
  if (platform === undefined) return 'an unnamed platform';
  const { os, architecture, variant } = platform;
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/** The platform of a place that holds one image under a name, where it has one. */
function onlyPlatform(images: readonly IndexEntry[], { breadth }: Wanted): readonly string[] | undefined {
  if (breadth?.kind !== 'image' || images.length === 1) return undefined;
  return breadth.platform === undefined ? undefined : [breadth.platform];
}

function oneOnly(images: readonly IndexEntry[], image: string): S6tsError {
  return new S6tsError(
    'platform-needed',
    `${image} has images for ${images.length} platforms, and the place that the result goes to holds one`,
    {
      what: image,
      hint: `pick it: --platform ${images.map(({ platform }) => platformText(platform)).join(' | ')}`,
    },
  );
}

function isSupported(platform: Platform | undefined): boolean {
  return (
    platform?.os === 'linux' && architectureOfPlatform(platform.architecture, platform.variant) !== undefined
  );
}

function pick(
  images: readonly IndexEntry[],
  platforms: readonly string[],
  image: string,
): readonly IndexEntry[] {
  const found = platforms.flatMap((text) => {
    const { seed } = parseArchitecture(text);
    const matches = images.filter(
      ({ platform }) =>
        platform?.os === 'linux' &&
        architectureOfPlatform(platform.architecture, platform.variant)?.seed === seed,
    );
    if (matches.length > 0) return matches;
    throw new S6tsError('platform-missing', `${image} has no image for ${text}`, {
      what: image,
      hint: `it has ${images.map(({ platform }) => platformText(platform)).join(', ')}`,
    });
  });
  return [...new Set(found)];
}
