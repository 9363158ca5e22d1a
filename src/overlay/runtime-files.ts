import { readFile } from 'node:fs/promises';
import { fileError, S6tsError } from '../base/error.js';
import { packagePath } from '../base/package-root.js';
import type { Architecture } from './architecture.js';

/** The runtime's binaries, by the names that its build gives them: /init with what it needs, and the small programs. */
const BINARIES = ['init', 'utils'] as const;
export type Binary = (typeof BINARIES)[number];

/** A name, the binary that answers to it, and the folders that have a link of that name ("" is the root). */
export interface Applet {
  readonly name: string;
  readonly binary: Binary;
  readonly links: readonly string[];
}

/** What the build of src/runtime leaves behind for an architecture. */
export interface Runtime {
  readonly binaries: Readonly<Record<Binary, Uint8Array>>;
  readonly applets: readonly Applet[];
}

/** A checkout builds the runtime of amd64 by itself, that of another architecture when asked to. */
const hintFor = (seed: string): string =>
  `in the source of s6ts: npm run build${seed === 'amd64' ? '' : ` && node scripts/build-runtime.js ${seed}`}`;

/** Reads the built runtime. @throws S6tsError `file-missing` | `runtime-malformed`. */
export async function readRuntime(
  architecture: Architecture,
  folder = packagePath('build', 'runtime'),
): Promise<Runtime> {
  const hint = hintFor(architecture.seed);
  const built = (binary: Binary) => read(`${folder}/${architecture.seed}/${binary}`, hint);
  const binaries = { init: await built('init'), utils: await built('utils') };
  const path = `${folder}/tables.json`;
  return { binaries, applets: parseApplets((await read(path, hint)).toString('utf8'), path, hint) };
}

async function read(path: string, hint: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw fileError('read', path, error, hint);
  });
}

function parseApplets(text: string, path: string, hint: string): Applet[] {
  const value: unknown = JSON.parse(text);
  const list: unknown =
    typeof value === 'object' && value !== null && 'applets' in value ? value.applets : undefined;
  if (Array.isArray(list) && list.length > 0 && list.every(isApplet)) return list;
  throw new S6tsError('runtime-malformed', `${path} lists no applets`, { what: path, hint });
}

function isApplet(value: unknown): value is Applet {
  if (typeof value !== 'object' || value === null) return false;
  if (!('name' in value) || !('binary' in value) || !('links' in value)) return false;
  const { name, binary, links } = value;
  return (
    typeof name === 'string' &&
    BINARIES.some((known) => known === binary) &&
    Array.isArray(links) &&
    links.every((link) => typeof link === 'string')
  );
}
