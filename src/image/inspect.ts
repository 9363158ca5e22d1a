import { inspectImage, type InspectedImage } from './inspect-image.js';
import { isAttestation } from './platforms.js';
import { formatReference, parseReference } from './reference.js';
import type { StoreContext } from './store.js';
import { withStores } from './stores.js';

/** What a reference names. */
export interface InspectReport {
  readonly name: string;
  /** The image's id, or the digest of a manifest or index. */
  readonly id: string;
  /** True for an index, of any number of platforms. */
  readonly index: boolean;
  readonly images: readonly InspectedImage[];
  /** Notes about its images (SBOM, provenance) that an index holds. */
  readonly attestations: number;
}

/** Says what an image, or each image of an index, holds. @throws S6tsError of the store. */
export async function inspect(image: string, context: StoreContext): Promise<InspectReport> {
  const reference = parseReference(image);
  return withStores({ source: reference }, context, async (store) => {
    const found = await store.read(reference);
    const about = { name: formatReference(reference), id: found.id };
    if (found.kind === 'image') {
      return { ...about, index: false, images: [await inspectImage(store, found)], attestations: 0 };
    }
    const entries = found.entries.filter((entry) => !isAttestation(entry));
    const images = [];
    for (const entry of entries) images.push(await inspectImage(store, await store.member(found, entry)));
    return { ...about, index: true, images, attestations: found.entries.length - entries.length };
  });
}
