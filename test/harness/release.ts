import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ARCHITECTURES } from '../../src/overlay/architecture.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What a release for these architectures is made of. */
const inputs = (architectures: readonly string[]): string[] => [
  'dist',
  ...architectures.flatMap((seed) =>
    ['init', 'utils', 'syslogd'].map((name) => `build/runtime/${seed}/${name}`),
  ),
  'build/runtime/tables.json',
  'release',
  'assets/syslog',
  'package.json',
];
const KEPT = join(ROOT, 'build', 'test-release');
const KEPT_MS = 3 * 3_600_000;

let built: Promise<string> | undefined;
let allBuilt: Promise<string> | undefined;

/** The folder with this checkout's unsigned release for amd64: scripts/test.js's (S6TS_TEST_RELEASE), or built now. */
export function releaseFolder(): Promise<string> {
  const given = process.env['S6TS_TEST_RELEASE'];
  built ??= given === undefined || given === '' ? build(['amd64']) : Promise.resolve(given);
  return built;
}

/** The folder with this checkout's unsigned release for every architecture; the runtime is compiled where it isn't yet. */
export function allReleasesFolder(): Promise<string> {
  allBuilt ??= run(process.execPath, ['scripts/build-runtime.js', '--all'], { cwd: ROOT }).then(() =>
    build(ARCHITECTURES.map(({ seed }) => seed)),
  );
  return allBuilt;
}

/** Its tarball. */
export async function releaseTarball(): Promise<string> {
  return join(await releaseFolder(), 's6-overlay-amd64.tar.gz');
}

/** Builds by the command that a user types; kept until one of the inputs changes. */
async function build(architectures: readonly string[]): Promise<string> {
  const folder = join(KEPT, await fingerprint(architectures));
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.${String(process.pid)}`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(KEPT, { recursive: true });
  const wanted = architectures.flatMap((seed) => ['--arch', seed]);
  const args = ['bin/run.cjs', 'build-release', ...wanted, '--no-sign', '--out', temporary];
  await run(process.execPath, args, { cwd: ROOT }).catch((error: unknown) => {
    throw new Error(`s6ts ${args.slice(1).join(' ')} failed (npm run build?): ${String(error)}`, {
      cause: error,
    });
  });
  // Another test file may have been quicker: then its folder stays.
  await rename(temporary, folder).catch(() => rm(temporary, { recursive: true }));
  await forgetOld();
  return folder;
}

/** Removes what was built hours ago, of inputs that have changed since. */
async function forgetOld(): Promise<void> {
  for (const name of await readdir(KEPT)) {
    const path = join(KEPT, name);
    if (Date.now() - (await stat(path)).mtimeMs > KEPT_MS) await rm(path, { recursive: true, force: true });
  }
}

async function fingerprint(architectures: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs(architectures)) await add(join(ROOT, input), (bytes) => hash.update(bytes));
  return hash.digest('hex').slice(0, 16);
}

async function add(path: string, update: (bytes: Buffer | string) => void): Promise<void> {
  update(path);
  const entries = await readdir(path).catch(() => undefined);
  if (entries === undefined) update(await readFile(path));
  for (const entry of entries?.sort() ?? []) await add(join(path, entry), update);
}
