import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../base/atomic-file.js';
import { sha256Hex } from '../../../base/digest.js';
import { reasonOf } from '../../../base/error.js';

/** Package files on this machine, by their hash. It saves fetching and nothing else: without it all works too. */
export interface PackageCache {
  /** The file of this size and SHA-256; undefined where there is none, or another one under its name. */
  read(expect: { readonly size: number; readonly sha256: string }): Promise<Uint8Array | undefined>;
  /** Keeps it, in place of what was there. */
  write(sha256: string, bytes: Uint8Array): Promise<void>;
}

/** The cache in `folder`/pool. `warn` is told once when it can't be written: read-only, full, or another's. */
export function packageCache(folder: string, warn: (text: string) => void): PackageCache {
  let told = false;
  return {
    async read({ size, sha256 }) {
      // Whatever the reason is that it can't be read: the mirror has it.
      const present = await readFile(join(folder, 'pool', sha256)).catch(() => undefined);
      return present?.length === size && sha256Hex(present) === sha256 ? present : undefined;
    },
    async write(sha256, bytes) {
      try {
        await writeFileAtomic(join(folder, 'pool', sha256), bytes);
      } catch (error) {
        if (!told) warn(`packages are not kept for the next time: ${reasonOf(error)}`);
        told = true;
      }
    },
  };
}
