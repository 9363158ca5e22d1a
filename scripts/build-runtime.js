/**
 * Compiles src/runtime for each architecture given (default: amd64): fetches and unpacks the sysroot that
 * release/sysroot.lock.json pins, then runs make. Quick when nothing has changed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { silent } from '../dist/base/progress.js';
import { packagePath } from '../dist/base/package-root.js';
import { cacheFolder } from '../dist/base/user-folders.js';
import { parseArchitecture } from '../dist/overlay/architecture.js';
import { readLock } from '../dist/overlay/lock.js';
import { mirrorOf } from '../dist/overlay/source/debian/packages.js';
import { SYSROOT_LOCK, unpackSysroot } from '../dist/overlay/sysroot.js';

const TOOLS = ['make', 'clang', 'ld.lld'];

/** Ends with a message and what to do next. */
function fail(message, hint) {
  process.stderr.write(`build-runtime: ${message}\n${hint === undefined ? '' : `  → ${hint}\n`}`);
  process.exit(2);
}

const missing = TOOLS.filter(
  (tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error !== undefined,
);
if (missing.length > 0) fail(`${missing.join(', ')} not found`, 'npm run setup');

const progress = {
  ...silent,
  stage: (text) => process.stdout.write(`  ${text}\n`),
  warn: (text) => process.stderr.write(`  warning: ${text}\n`),
};

try {
  const lock = await readLock(SYSROOT_LOCK);
  const names = process.argv.slice(2);
  for (const architecture of (names.length > 0 ? names : ['amd64']).map(parseArchitecture)) {
    const sysroot = packagePath('build', 'sysroot', architecture.seed);
    const out = packagePath('build', 'runtime', architecture.seed);
    const mirror = mirrorOf(undefined, process.env);
    await unpackSysroot(lock, architecture, sysroot, {
      mirror,
      cache: cacheFolder(process.env),
      now: new Date(),
      progress,
    });
    mkdirSync(out, { recursive: true });
    execFileSync(
      'make',
      [
        '-s',
        '-C',
        packagePath('src', 'runtime'),
        `ARCH=${architecture.seed}`,
        `SYSROOT=${sysroot}`,
        `OUT=${out}`,
      ],
      { stdio: 'inherit' },
    );
    const tables = join(out, 'tables.json');
    if (existsSync(tables)) copyFileSync(tables, packagePath('build', 'runtime', 'tables.json'));
  }
} catch (error) {
  if (error.status !== undefined) fail('make failed: see above');
  fail(error.message, error.hint);
}
