import { counted } from '../../../base/byte-stream.js';
import { S6tsError } from '../../../base/error.js';
import type { Progress } from '../../../base/progress.js';
import type { Image } from '../../image.js';
import { archivedImage, imagesListed } from '../archive/docker-archive.js';
import { TarFile } from '../archive/tar-file.js';
import type { Engine } from './engine.js';
import { connectionError } from './errors.js';
import { exportStream } from './export-stream.js';

/** An image out of an engine, in a temporary file until `close`. */
export interface ExportedImage {
  readonly image: Image;
  close(): void;
}

/**
 * Exports an image: an engine hands out whole images only, and says at the end what is in them.
 * @throws S6tsError `engine-…` | `archive-malformed`
 */
export async function exportedImage(engine: Engine, id: string, progress: Progress): Promise<ExportedImage> {
  progress.stage('export the image from the engine');
  const tar = await exportedArchive(engine, id, progress);
  try {
    const [entry] = await imagesListed(tar);
    if (entry === undefined)
      throw new S6tsError('engine-answer', `the export of ${id} holds no image`, { what: id });
    const { image } = await archivedImage(tar, entry);
    return { image, close: () => tar.close() };
  } catch (error) {
    tar.close();
    throw error;
  }
}

/** The export of an image or index, as it comes. @throws S6tsError `engine-…` | `archive-malformed` */
export async function exportedArchive(engine: Engine, id: string, progress: Progress): Promise<TarFile> {
  const message = await exportStream(engine, id);
  try {
    return await TarFile.spooled(
      counted(message as AsyncIterable<Uint8Array>, progress),
      `the export of ${id}`,
    );
  } catch (error) {
    throw connectionError(engine.address, error);
  }
}
