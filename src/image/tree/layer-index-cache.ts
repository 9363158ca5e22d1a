import { dirname } from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.js';
import { readCached } from '../../base/cached-file.js';
import type { Digest } from '../../base/digest.js';
import { keepRecent, markUsed } from '../../base/recent-files.js';
import { SingleFlight } from '../../base/single-flight.js';
import { layerCachePath } from './layer-cache-path.js';
import { LayerIndex } from './layer-index.js';

/** Changed when the form of the cache does: an older file is then read as none. */
const FORM = 's6ts layer index 1';

/** Between two records: neither a path nor what is said about it holds an empty string. */
const SEPARATOR = '\0\0';

const SUFFIX = '.index';
/** Layers of several hundred images; an index of a large one has some megabytes. */
const KEPT = 2000;

/** Records that are written in one piece. */
const PIECE = 20_000;

/** Images on one base, changed side by side, read its layers once. */
const flights = new SingleFlight<LayerIndex>({ ownFailures: true });

/**
 * The index of a layer, from the cache or else made by `make` and kept there: a diff id stands for the layer's bytes, so
 * a second image on the same base costs no reading. A file that can't be read or written is done without.
 */
export async function cachedLayerIndex(
  cacheFolder: string,
  diffId: Digest,
  make: () => Promise<LayerIndex>,
): Promise<LayerIndex> {
  const file = `${layerCachePath(cacheFolder, diffId)}${SUFFIX}`;
  return flights.once(file, async () => {
    const known = await readIndex(file);
    if (known !== undefined) {
      await markUsed(file);
      return known;
    }
    const index = await make();
    await writeFileAtomic(file, pieces(index.records()))
      .then(() => keepRecent(dirname(file), SUFFIX, KEPT))
      .catch(() => undefined);
    return index;
  });
}

async function readIndex(file: string): Promise<LayerIndex | undefined> {
  try {
    const [head, ...records] = (await readCached(file)).toString().split(SEPARATOR);
    return head === headOf(records.length) ? LayerIndex.of(records) : undefined;
  } catch {
    // A cache: whatever is wrong with it, the layer itself knows better.
    return undefined;
  }
}

async function* pieces(records: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(headOf(records.length));
  for (let at = 0; at < records.length; at += PIECE) {
    yield Buffer.from(
      records
        .slice(at, at + PIECE)
        .map((record) => SEPARATOR + record)
        .join(''),
    );
    await Promise.resolve();
  }
}

function headOf(count: number): string {
  return `${FORM}: ${count}`;
}
