import { gzip } from './gzip.js';

/** fast: a second for a tarball; best: zopfli, as small as deflate gets, some 40 seconds. */
export const COMPRESSIONS = ['fast', 'best'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** Rounds of zopfli. More than these take as long again for a tenth of a percent. */
const ROUNDS = 5;
/** Blocks into which a megabyte is cut: any number. The library's limit, 15, costs 0.8 %: a tarball is a hundred programs. */
const ANY_NUMBER = 0;

/**
 * Packs bytes as gzip. The same bytes give the same result on every machine: both are portable code (JavaScript;
 * WebAssembly, whose floating point is defined to the bit), not the processor's.
 */
export async function compress(bytes: Uint8Array, how: Compression): Promise<Uint8Array> {
  if (how === 'fast') return gzip(bytes);
  // Only where it is wanted: it takes a tenth of a second to load.
  const { gzipAsync } = await import('@gfx/zopfli');
  return gzipAsync(bytes, { numiterations: ROUNDS, blocksplittingmax: ANY_NUMBER });
}
