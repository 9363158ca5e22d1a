import { join } from 'node:path';
import type { Digest } from '../../base/digest.js';

/** Where what is known of a layer lies in the cache, an extension to be added; its diff id stands for its bytes. */
export function layerCachePath(cacheFolder: string, diffId: Digest): string {
  return join(cacheFolder, 'layers', diffId.replace(':', '-'));
}
