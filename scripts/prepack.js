/**
 * Before npm packs: a package without the signed tarballs would install, and then need a mirror and minutes for its first
 * inject. Ends with exit code 1 where the package would lack some. (scripts/release.js makes and checks its own.)
 */
import { existsSync } from 'node:fs';
import { CARRIED, COMMAND } from './carried.js';

const wanted = [
  ...COMMAND,
  ...CARRIED.flatMap((name) => [`build/runtime/${name}/init`, `embedded/s6-overlay-${name}.tar.gz`]),
];
const missing = wanted.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)));
if (missing.length > 0) {
  console.error(`the package would lack ${missing.join(' ')}`);
  console.error('  → a release: node scripts/release.js --sign-key private.asc');
  console.error('  → for yourself: README.md, "Just to use it"');
  process.exit(1);
}
