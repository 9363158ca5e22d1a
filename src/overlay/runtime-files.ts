import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileError, S6tsError } from '../base/error.js';
import { packagePath } from '../base/package-root.js';
import { isObject, jsonOrNothing } from '../base/json-object.js';
import type { Architecture } from './architecture.js';

/** The runtime's binaries, by the names that its build gives them: /init with what it needs, and the small programs. */
const BINARIES = ['init', 'utils'] as const;
export type Binary = (typeof BINARIES)[number];
/** What is built for an architecture. */
const FILES = [...BINARIES, 'syslogd'] as const;

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
  /** The syslog add-on's binary. */
  readonly syslogd: Uint8Array;
}

/** A checkout builds the runtime of amd64 by itself, those of other architectures when asked to. */
function hintFor(architectures: readonly Architecture[]): string {
  const others = architectures.map(({ seed }) => seed).filter((seed) => seed !== 'amd64');
  const more = others.length === 0 ? '' : ` && npm run build:runtime -- ${others.join(' ')}`;
  return `in the source of s6ts: npm run build${more}`;
}

/** Where the runtime's build lays what it makes. */
const BUILT = packagePath('build', 'runtime');

/**
 * Says at once for which architectures there is no runtime, before work begins on any.
 * @throws S6tsError `file-missing` naming all of them.
 */
export function assertRuntimes(architectures: readonly Architecture[], folder = BUILT): void {
  const missing = architectures.filter(({ seed }) =>
    FILES.some((name) => !existsSync(`${folder}/${seed}/${name}`)),
  );
  if (missing.length === 0) return;
  const names = missing.map(({ seed }) => seed).join(', ');
  throw new S6tsError('file-missing', `no runtime has been built for ${names}: ${folder} lacks it`, {
    what: folder,
    hint: hintFor(missing),
  });
}

/** Reads the built runtime. @throws S6tsError `file-missing` | `runtime-malformed`. */
export async function readRuntime(architecture: Architecture, folder = BUILT): Promise<Runtime> {
  const hint = hintFor([architecture]);
  const built = (name: (typeof FILES)[number]) => read(`${folder}/${architecture.seed}/${name}`, hint);
  const binaries = { init: await built('init'), utils: await built('utils') };
  const path = `${folder}/tables.json`;
  const applets = parseApplets((await read(path, hint)).toString('utf8'), path, hint);
  return { binaries, applets, syslogd: await built('syslogd') };
}

async function read(path: string, hint: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw fileError('read', path, error, hint);
  });
}

function parseApplets(text: string, path: string, hint: string): Applet[] {
  const value = jsonOrNothing(text);
  const list = isObject(value) ? value['applets'] : undefined;
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
