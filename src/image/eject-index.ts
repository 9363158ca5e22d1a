import { digestOf, type Digest } from '../base/digest.js';
import type { IndexEntry } from './blob/descriptor.js';
import { ejectImage, type Original, type Refusal, type Sameness } from './eject-image.js';
import { originalIndexOf, ungraftIndex } from './graft-index.js';
import type { Image } from './image.js';
import { isAttestation } from './platforms.js';
import type { Content, ImageStore, StoredIndex } from './store.js';

/** An index as it was before `inject`. */
export interface OriginalIndex {
  readonly content: Content;
  readonly id: Digest;
  readonly sameness: Sameness;
  /** Its images that `inject` had changed. */
  readonly images: readonly Restored[];
  /** True where something that `inject` left out can't come back. */
  readonly incomplete: boolean;
}

interface Restored {
  readonly entry: IndexEntry;
  readonly original: Original;
}

/** The index that an injected one was: itself where the store has all of it still, else its images put back one by one. */
export async function ejectIndex(store: ImageStore, index: StoredIndex): Promise<OriginalIndex | Refusal> {
  const images: Restored[] = [];
  for (const entry of index.entries.filter((each) => !isAttestation(each))) {
    // A place that keeps manifests shows every byte.
    const original = await ejectImage(store, await store.member(index, entry), (stored) =>
      Promise.resolve(stored),
    );
    if (original === 'built-upon') return original;
    if (original !== 'not-injected') images.push({ entry, original });
  }
  if (images.length === 0) return 'not-injected';
  const originalId = originalIndexOf(index.text);
  const kept = originalId === undefined ? undefined : await wholeIndex(store, originalId);
  if (originalId !== undefined && kept !== undefined) {
    return { content: kept, id: originalId, sameness: 'bytes', images, incomplete: false };
  }
  const restored = images.map(({ entry, original: { image } }) => ({ entry, image }));
  const text = ungraftIndex(index, restored, originalId);
  const id = digestOf(text);
  const content = {
    kind: 'index',
    text,
    mediaType: index.mediaType,
    images: restored.map(({ image }) => image),
  } as const;
  // A list of Docker's takes no note of what it was: its images have to answer for it.
  const proved =
    originalId === undefined
      ? images.every(({ original }) => original.sameness === 'bytes')
      : id === originalId;
  return {
    content,
    id,
    sameness: proved ? 'bytes' : 'values',
    images,
    incomplete: originalId !== undefined && id !== originalId,
  };
}

/** An index of which nothing is missing, with all of its manifests, attestations included. */
async function wholeIndex(store: ImageStore, id: Digest): Promise<(Content & { kind: 'index' }) | undefined> {
  const found = await store.find(id);
  if (found?.kind !== 'index') return undefined;
  const images: Image[] = [];
  for (const { descriptor } of found.entries) {
    // A manifest that can't be opened is as good as none: whoever is told "the very index" must be able to run it.
    const there = await store.find(descriptor.digest).catch(() => undefined);
    if (there?.kind !== 'image') return undefined;
    images.push(there.image);
  }
  const { kind, text, mediaType } = found;
  return { kind, text, mediaType, images };
}
