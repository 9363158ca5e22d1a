import { counted, measured } from '../../base/byte-stream.js';
import { S6tsError } from '../../base/error.js';
import type { Progress } from '../../base/progress.js';
import type { Layer } from '../image.js';
import { LayerIndexBuilder, type LayerIndex } from './layer-index.js';
import { layerName, layerTar, ofItsDiffId } from './layer-tar.js';
import { scanTar, type ScanLimits } from './tar-scan.js';

/** What can come of reading damaged bytes. */
const UNREADABLE: ReadonlySet<string> = new Set(['layer-malformed', 'unpack-failed']);

/**
 * Reads the headers of a layer, whose bytes run through once: they are unpacked, hashed and forgotten.
 * @throws S6tsError `layer-malformed` | `image-invalid` where its bytes are not those of its diff id | `blob-…`.
 */
export async function indexLayer(
  layer: Layer,
  progress: Progress,
  limits: ScanLimits = {},
): Promise<LayerIndex> {
  const what = layerName(layer);
  progress.stage(`read ${what}`);
  const builder = new LayerIndexBuilder(what);
  let blob: AsyncGenerator<Uint8Array> | undefined;
  const tar = layerTar(layer, (bytes) => keptOpen((blob = counted(bytes, progress, layer.blob?.size))));
  try {
    await scanTar(ofItsDiffId(tar, layer), what, (member) => builder.add(member), limits);
  } catch (error) {
    // Bytes that turn out not to be what their digest says are told as that, not as what came of reading them.
    if (error instanceof S6tsError && UNREADABLE.has(error.code) && blob !== undefined) await measured(blob);
    throw error;
  } finally {
    await blob?.return(undefined);
  }
  return builder.build();
}

/** The same bytes; whoever stops reading them doesn't close their stream. */
function keptOpen(bytes: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => bytes.next() }) };
}
