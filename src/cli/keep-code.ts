import { dirname, extname } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.js';
import { keepRecent } from '../base/recent-files.js';

/** One for each command and version of Node and s6ts, 1 MB each. */
const KEPT = 24;

/**
 * Writes compiled code for ./load-bundle, and removes what is too old. It is part of the bundle, as the interrupt is: one
 * that comes in the middle knows of the temporary file.
 */
export async function keepCode(file: string, content: Uint8Array): Promise<void> {
  await writeFileAtomic(file, content, { lasting: false });
  await keepRecent(dirname(file), extname(file), KEPT);
}
