import { BlobImageStore } from '../../blob/blob-image-store.js';
import { inOciWords } from '../../blob/oci-words.js';
import type { Reference } from '../../reference.js';
import type { ImageStore, StoreContext } from '../../store.js';
import { OciLayout } from './oci-layout.js';

/** The images of an OCI layout, `oci:FOLDER[:NAME]`. */
export function openOciLayout(
  reference: Reference & { readonly kind: 'file' },
  { cacheFolder, progress, onInterrupt }: StoreContext,
): ImageStore {
  return new BlobImageStore(new OciLayout(reference.path), {
    cacheFolder,
    progress,
    onInterrupt,
    fitted: inOciWords,
    nameOf: (asked) => (asked.kind === 'file' ? asked.image : undefined),
  });
}
