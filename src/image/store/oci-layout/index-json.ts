import { parseIndex } from '../../blob/descriptor.js';
import { MEDIA_TYPES } from '../../blob/media-type.js';
import { appendAt, removeAt, valueAt } from '../../config.js';
import type { Descriptor } from '../../image.js';

/** How a layout names an image (image-spec, annotations.md). */
const REF_NAME = 'org.opencontainers.image.ref.name';

/** How containerd and Docker's archives name it besides: NAME:TAG with its registry. */
const IMAGE_NAME = 'io.containerd.image.name';

/** The file that names a layout's images. */
export const INDEX_FILE = 'index.json';

/** The file that marks a layout, and its content (image-spec, image-layout.md, "oci-layout file"). */
export const LAYOUT_FILE = 'oci-layout';
export const LAYOUT = '{"imageLayoutVersion":"1.0.0"}';

/** What an image is called in a layout. */
export interface EntryName {
  readonly ref?: string;
  readonly image?: string;
}

/** What index.json says of one of its images. */
export interface LayoutEntry extends Descriptor, EntryName {}

/** The index.json of a layout without images. */
export function emptyIndex(): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.oci.index, manifests: [] });
}

/** The images that an index.json lists, in its order. @throws S6tsError `manifest-invalid`. */
export function entriesOf(index: string, place: string): readonly LayoutEntry[] {
  return parseIndex(index, `the index.json of ${place}`).map(({ descriptor }, position) => {
    const note = (key: string): unknown => valueAt(index, ['manifests', position, 'annotations', key]);
    const [ref, image] = [note(REF_NAME), note(IMAGE_NAME)];
    return {
      ...descriptor,
      ...(typeof ref === 'string' ? { ref } : {}),
      ...(typeof image === 'string' ? { image } : {}),
    };
  });
}

/** The image of a name; of several with one name the last counts, as it came last (regclient#755). */
export function named(entries: readonly LayoutEntry[], ref: string | undefined): LayoutEntry | undefined {
  return entries.findLast((entry) => entry.ref === ref);
}

/**
 * The index with a name's only entry: whatever had the name before is taken out. Docker's archives have the same tag
 * for images of several names: those are not the same.
 */
export function withEntry(index: string, descriptor: Descriptor, name: EntryName, place: string): string {
  let text = index;
  for (const [position, entry] of [...entriesOf(index, place).entries()].reverse()) {
    const same = entry.ref === name.ref && (entry.image === undefined || entry.image === name.image);
    if (same) text = removeAt(text, ['manifests', position]);
  }
  const notes = {
    ...(name.image === undefined ? {} : { [IMAGE_NAME]: name.image }),
    ...(name.ref === undefined ? {} : { [REF_NAME]: name.ref }),
  };
  const annotations = Object.keys(notes).length === 0 ? {} : { annotations: notes };
  return appendAt(text, ['manifests'], JSON.stringify({ ...descriptor, ...annotations }));
}
