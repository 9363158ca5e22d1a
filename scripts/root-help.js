/**
 * Writes what `s6ts --help` prints into dist/help.txt, as oclif renders it at 80 columns with its bold headings: bin/run.cjs
 * prints that, and needs a tenth of a second less for it than oclif needs to load. {agent} stands where the version does.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
// With columns of its own, bin/run.cjs leaves the page to oclif.
const env = { ...process.env, OCLIF_COLUMNS: '80', FORCE_COLOR: '1' };
const page = execFileSync(process.execPath, [path('bin/run.cjs'), '--help'], { encoding: 'utf8', env });
const agent = execFileSync(process.execPath, [path('bin/run.cjs'), '--version'], { encoding: 'utf8' }).trim();
if (!page.includes(agent)) throw new Error(`the help names no ${agent}: ${page}`);
writeFileSync(path('dist/help.txt'), page.replace(agent, '{agent}'));
