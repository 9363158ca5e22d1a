import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { FileSpec } from './tarball.js';

const run = promisify(execFile);

/** Compiles one C file into a program that runs in any image and any root. */
export async function compileStatic(source: URL, built: string): Promise<void> {
  const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-static'];
  await run('clang', [...flags, '-o', built, fileURLToPath(source)]);
}

/** The same as a file for an image. */
export async function staticProgram(source: URL): Promise<FileSpec> {
  const folder = await mkdtemp(join(tmpdir(), 's6ts-program-'));
  try {
    const built = join(folder, 'program');
    await compileStatic(source, built);
    return { text: await readFile(built), mode: 0o755 };
  } finally {
    await rm(folder, { recursive: true });
  }
}
