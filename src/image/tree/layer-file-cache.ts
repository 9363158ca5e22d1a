import { dirname } from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.js';
import { readCached } from '../../base/cached-file.js';
import { sha256Hex, type Digest } from '../../base/digest.js';
import { keepRecent, markUsed } from '../../base/recent-files.js';
import { SingleFlight } from '../../base/single-flight.js';
import { layerCachePath } from './layer-cache-path.js';

/** Changed when the form of the cache does: an older file is then read as none. */
const FORM = 's6ts layer file 1';

const SUFFIX = '.file';
/** Of a site's bases, two or three each. */
const KEPT = 1000;

/** Who asks at the same time, as a fleet on one base does, has it read once. */
const flights = new SingleFlight<{ readonly bytes: Uint8Array | undefined }>({ ownFailures: true });

/**
 * The bytes of one file of a layer, from the cache or else got by `make` and kept there: else the whole layer would run
 * through again for each image on it. `make` answers for it that the bytes are those of the diff id; what it doesn't give
 * isn't kept. A cache that can't be read or written is done without.
 */
export async function cachedLayerFile(
  cacheFolder: string,
  diffId: Digest,
  path: string,
  make: () => Promise<Uint8Array | undefined>,
): Promise<Uint8Array | undefined> {
  const file = `${layerCachePath(cacheFolder, diffId)}-${sha256Hex(path)}${SUFFIX}`;
  const { bytes } = await flights.once(file, async () => {
    const known = await bytesIn(file);
    if (known !== undefined) {
      await markUsed(file);
      return { bytes: known };
    }
    const made = await make();
    if (made !== undefined) {
      await writeFileAtomic(file, Buffer.concat([headOf(made), made]))
        .then(() => keepRecent(dirname(file), SUFFIX, KEPT))
        .catch(() => undefined);
    }
    return { bytes: made };
  });
  return bytes;
}

/** What `headOf` and the bytes behind it make; undefined for none, or a cut one. */
async function bytesIn(file: string): Promise<Uint8Array | undefined> {
  const whole = await readCached(file).catch(() => Buffer.alloc(0));
  const start = whole.indexOf('\n') + 1;
  const bytes = whole.subarray(start);
  return whole.subarray(0, start).equals(headOf(bytes)) ? bytes : undefined;
}

function headOf(bytes: Uint8Array): Buffer {
  return Buffer.from(`${FORM}: ${bytes.length}\n`);
}
