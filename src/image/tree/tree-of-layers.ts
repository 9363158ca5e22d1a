import { S6tsError } from '../../base/error.js';
import type { Progress } from '../../base/progress.js';
import { retrying, type Patience } from '../../base/retry.js';
import { isForeignLayer } from '../blob/media-type.js';
import type { Layer } from '../image.js';
import type { StoredTree } from '../store.js';
import { indexLayer } from './index-layer.js';
import { cachedLayerFile } from './layer-file-cache.js';
import { cachedLayerIndex } from './layer-index-cache.js';
import type { LayerIndex } from './layer-index.js';
import { layerName, layerTar, ofItsDiffId } from './layer-tar.js';
import { layeredTree, layerOfFile } from './layered-tree.js';
import { readMember } from './read-member.js';

interface TreeOptions {
  readonly cacheFolder: string;
  readonly progress: Progress;
  /** Where they lie, for messages. */
  readonly place: string;
  /** For layers that come from afar. */
  readonly patience?: Patience;
  readonly signal?: AbortSignal;
}

/** The file system of layers, each read once and its names kept in the cache, and what is read of its files. */
export async function treeOfLayers(
  layers: readonly Layer[],
  { cacheFolder, progress, place, patience, signal }: TreeOptions,
): Promise<StoredTree> {
  const indexes: LayerIndex[] = [];
  for (const layer of layers) {
    const read = (): Promise<LayerIndex> => retrying(() => indexLayer(layer, progress), patience, signal);
    try {
      indexes.push(await cachedLayerIndex(cacheFolder, layer.diffId, read));
    } catch (error) {
      throw told(error, layer, place);
    }
  }
  return {
    ...layeredTree(indexes),
    read: async (path, maxBytes) => {
      const at = layerOfFile(indexes, path);
      const [layer, index] = [layers[at], indexes[at]];
      if (layer === undefined || index === undefined) return undefined;
      const content = index.contentOf(path);
      const read = (): Promise<Uint8Array | undefined> =>
        retrying(
          () => readMember(ofItsDiffId(layerTar(layer), layer), content, maxBytes, layerName(layer)),
          patience,
          signal,
        );
      const bytes = await cachedLayerFile(cacheFolder, layer.diffId, content, read);
      return bytes === undefined || bytes.length > maxBytes ? undefined : bytes;
    },
    close: () => Promise.resolve(),
  };
}

/** That the bytes of a foreign layer are not there is as it should be. */
function told(error: unknown, { blob }: Layer, place: string): unknown {
  if (blob === undefined || !isForeignLayer(blob.mediaType)) return error;
  if (!(error instanceof S6tsError && error.code === 'blob-missing')) return error;
  return new S6tsError('layer-foreign', `the layer ${blob.digest} is not kept in ${place}`, {
    what: blob.digest,
    hint: 'its files have to be known to lay the overlay over them: inject in an engine that has pulled the image',
  });
}
