import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileError, S6tsError } from './error.js';

/** The folder that holds package.json, assets/, release/ and build/: two above this file, in src/ and in dist/. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A path inside the package. */
export function packagePath(...parts: string[]): string {
  return join(PACKAGE_ROOT, ...parts);
}

/** The version of s6ts. @throws S6tsError `file-missing` | `file-error` when the installation is broken. */
export async function packageVersion(): Promise<string> {
  const path = packagePath('package.json');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError('read', path, error, 'install s6ts again');
  });
  const parsed: unknown = JSON.parse(text);
  if (
    typeof parsed === 'object' &&
    parsed !== null &&
    'version' in parsed &&
    typeof parsed.version === 'string'
  ) {
    return parsed.version;
  }
  throw new S6tsError('file-error', `${path} names no version`, { what: path, hint: 'install s6ts again' });
}
