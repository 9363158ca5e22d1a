import { BlobImageStore } from '../../blob/blob-image-store.js';
import { inOciWords } from '../../blob/oci-words.js';
import type { LayoutReference } from '../../reference.js';
import type { ImageStore, StoreContext } from '../../store.js';
import { OciArchive } from './oci-archive.js';

/** The images of an OCI archive, `oci-archive:FILE[:NAME]`. */
export function openOciArchive(
  reference: LayoutReference,
  { cacheFolder, progress, onInterrupt }: StoreContext,
): ImageStore {
  const archive = new OciArchive(reference.path);
  return new BlobImageStore(archive, {
    cacheFolder,
    progress,
    onInterrupt,
    fitted: inOciWords,
    nameOf: (asked) => (asked.kind === 'file' ? asked.image : undefined),
    close: () => archive.close(),
  });
}
