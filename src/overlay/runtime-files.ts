import { readFile } from 'node:fs/promises';
import { fileError, S6tsError } from '../base/error.js';
import { packagePath } from '../base/package-root.js';
import type { Architecture } from './architecture.js';

/** A name that the runtime's one binary answers to, and the folders that have a link of that name ("" is the root). */
export interface Applet {
  readonly name: string;
  readonly links: readonly string[];
}

/** What the build of src/runtime leaves behind for an architecture. */
export interface Runtime {
  readonly binary: Uint8Array;
  readonly applets: readonly Applet[];
}

const HINT = 'build it: npm run build (in the source of s6ts)';

/** Reads the built runtime. @throws S6tsError `file-missing` | `runtime-malformed`. */
export async function readRuntime(
  architecture: Architecture,
  folder = packagePath('build', 'runtime'),
): Promise<Runtime> {
  const binary = await read(`${folder}/${architecture.seed}/init`);
  const path = `${folder}/tables.json`;
  return { binary, applets: parseApplets((await read(path)).toString('utf8'), path) };
}

async function read(path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw fileError('read', path, error, HINT);
  });
}

function parseApplets(text: string, path: string): Applet[] {
  const value: unknown = JSON.parse(text);
  const list: unknown =
    typeof value === 'object' && value !== null && 'applets' in value ? value.applets : undefined;
  if (Array.isArray(list) && list.length > 0 && list.every(isApplet)) return list;
  throw new S6tsError('runtime-malformed', `${path} lists no applets`, { what: path, hint: HINT });
}

function isApplet(value: unknown): value is Applet {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('links' in value)) return false;
  const { name, links } = value;
  return typeof name === 'string' && Array.isArray(links) && links.every((link) => typeof link === 'string');
}
