import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findMirror } from '../../src/overlay/source/debian/mirror.js';

const run = promisify(execFile);
const RECIPE = fileURLToPath(new URL('../../release/base/debian.sh', import.meta.url));
const KEPT = fileURLToPath(new URL('../../build/test-debian', import.meta.url));
const KEPT_MS = 24 * 3_600_000;
const LIMIT_MS = 600_000;

/**
 * A real Debian root, made by release/base/debian.sh: a tar, made once for all test files of a day and as long as the
 * recipe stays the same.
 */
export async function debianRoot(): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(RECIPE))
    .digest('hex')
    .slice(0, 12);
  const file = join(KEPT, `${hash}.tar`);
  await mkdir(KEPT, { recursive: true });
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const age = await stat(file).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => Infinity,
    );
    if (age < KEPT_MS) return file;
    if (await locked(`${file}.lock`, () => make(file))) return file;
    if (performance.now() > end)
      throw new Error(`${file}.lock stays: is another test still making the root?`);
    await sleep(200);
  }
}

async function make(file: string): Promise<void> {
  const mirror = await findMirror({ env: process.env });
  await run(RECIPE, [file, 'bookworm', mirror], { timeout: LIMIT_MS, maxBuffer: 1 << 24 });
}

/** Does the work unless another process is at it. @returns true when it was done here */
async function locked(lock: string, work: () => Promise<void>): Promise<boolean> {
  const handle = await open(lock, 'wx').catch(() => undefined);
  if (handle === undefined) {
    const { mtimeMs } = await stat(lock).catch(() => ({ mtimeMs: Date.now() }));
    // Left by a process that was killed.
    if (Date.now() - mtimeMs > LIMIT_MS) await rm(lock, { force: true });
    return false;
  }
  try {
    await work();
    return true;
  } finally {
    await handle.close();
    await rm(lock, { force: true });
  }
}
