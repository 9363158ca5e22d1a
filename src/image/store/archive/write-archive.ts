import { writeFileAtomic } from '../../../base/atomic-file.js';
import type { ImageName } from '../../reference.js';
import { archiveLayout } from './archive-layout.js';
import { archiveStream } from './archive-stream.js';
import { enteredImages, type PlatformImage } from './entered.js';

/** What an archive holds under a name: one image, or one for each of several platforms. */
export interface NamedImages {
  readonly name: ImageName & { readonly tag: string };
  readonly images: readonly PlatformImage[];
}

/** Writes a new archive that is both an OCI archive and a `docker save` one. @throws S6tsError `file-error`, `image-invalid` */
export async function writeArchive(file: string, { name, images }: NamedImages): Promise<void> {
  const layout = await archiveLayout(await enteredImages(images), { ref: name.tag, docker: name });
  await writeFileAtomic(file, archiveStream(layout));
}
