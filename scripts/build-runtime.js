/**
 * npm run build:runtime [-- ARCH… | --all]: compiles src/runtime for each architecture given (default: amd64, which
 * development needs): fetches and unpacks the sysroot that release/sysroot.lock.json pins, then runs make. Quick when
 * nothing has changed. `-- --refresh [--allow-unvouched]` renews that lock for all architectures before.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { silent } from '../dist/base/progress.js';
import { packagePath } from '../dist/base/package-root.js';
import { cacheFolder } from '../dist/base/user-folders.js';
import { ARCHITECTURES, parseArchitecture } from '../dist/overlay/architecture.js';
import { readLock, writeLock } from '../dist/overlay/lock.js';
import { mirrorOf } from '../dist/overlay/source/debian/packages-options.js';
import { refreshLock } from '../dist/overlay/source/debian/refresh.js';
import { SYSROOT_LOCK, unpackSysroot } from '../dist/overlay/sysroot.js';

/** Ends with a message and what to do next. */
function fail(message, hint) {
  process.stderr.write(`build-runtime: ${message}\n${hint === undefined ? '' : `  → ${hint}\n`}`);
  process.exit(2);
}

const progress = {
  ...silent,
  stage: (text) => process.stdout.write(`  ${text}\n`),
  note: (text) => process.stdout.write(`  ${text}\n`),
  warn: (text) => process.stderr.write(`  warning: ${text}\n`),
};
const options = {
  mirror: mirrorOf(undefined, process.env),
  cache: cacheFolder(process.env),
  now: new Date(),
  progress,
};

function assertTools(architectures) {
  const linkers = architectures.some(({ seed }) => seed === 's390x') ? ['s390x-linux-gnu-ld'] : [];
  const missing = ['make', 'clang', 'ld.lld', ...linkers].filter(
    (tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error !== undefined,
  );
  if (missing.length > 0) fail(`${missing.join(', ')} not found`, 'npm run setup');
}

async function renew(allowUnvouched) {
  const { lock, changes } = await refreshLock(await readLock(SYSROOT_LOCK), ARCHITECTURES, {
    ...options,
    allowUnvouched,
  });
  await writeLock(SYSROOT_LOCK, lock);
  for (const { architecture, kept, changes: list } of changes) {
    if (kept !== undefined) progress.warn(`${architecture} stays as it was: ${kept}`);
    for (const { name, from, to } of list)
      progress.note(`${architecture}: ${name} ${from?.version ?? 'new'} → ${to?.version ?? 'gone'}`);
  }
}

function make(architecture, sysroot, out) {
  const args = ['-s', '-C', packagePath('src', 'runtime'), `-j${availableParallelism()}`];
  const child = spawn('make', [...args, `ARCH=${architecture.seed}`, `SYSROOT=${sysroot}`, `OUT=${out}`], {
    stdio: 'inherit',
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', resolve);
  });
}

async function build(architecture, lock) {
  const sysroot = packagePath('build', 'sysroot', architecture.seed);
  const out = packagePath('build', 'runtime', architecture.seed);
  await unpackSysroot(lock, architecture, sysroot, options);
  mkdirSync(out, { recursive: true });
  if ((await make(architecture, sysroot, out)) !== 0) fail(`make failed for ${architecture.seed}: see above`);
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      refresh: { type: 'boolean', default: false },
      'allow-unvouched': { type: 'boolean', default: false },
    },
  });
  const named = positionals.length > 0 ? positionals.map(parseArchitecture) : [parseArchitecture('amd64')];
  const architectures = values.all ? ARCHITECTURES : named;
  assertTools(architectures);
  if (values.refresh) await renew(values['allow-unvouched']);
  const lock = await readLock(SYSROOT_LOCK);
  for (const architecture of architectures) await build(architecture, lock);
} catch (error) {
  fail(error.message, error.hint);
}
