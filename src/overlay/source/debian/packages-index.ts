import { S6tsError } from '../../../base/error.js';
import { parseControl, requireField, type Stanza } from './control.js';
import { compareVersions } from './version.js';

/** A package as a Packages index lists it. */
export interface IndexedPackage {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** Alternatives of each dependency, by name: `a | b, c` is [[a, b], [c]]. Pre-Depends included. */
  readonly depends: readonly (readonly string[])[];
}

/** What a Packages index lists. */
export interface PackagesIndex {
  /** The package of a name, the newest where there are several. @throws S6tsError `control-malformed`. */
  newest(name: string): IndexedPackage | undefined;
  /** True when it lists this very file. */
  lists(file: Pick<IndexedPackage, 'name' | 'path' | 'size' | 'sha256'>): boolean;
}

/** Of a stanza, what we ask for. The rest, descriptions above all, is two thirds of an index. */
const FIELDS = ['Package', 'Version', 'Filename', 'Size', 'SHA256', 'Depends', 'Pre-Depends'];
const NEWLINE = 0x0a;

/**
 * Reads a Packages index. It is some 60 MB long and a handful of names are asked for: the lines of the fields that count
 * are kept as the bytes that they are, and only the stanzas of those names are parsed.
 */
export async function readPackagesIndex(
  chunks: AsyncIterable<Uint8Array>,
  what: string,
): Promise<PackagesIndex> {
  const text = await wantedLines(chunks);
  const all = (name: string): IndexedPackage[] =>
    stanzasOf(text, name)
      .flatMap((stanza) => parseControl(stanza, `${what} (${name})`))
      .map((stanza) => packageOf(stanza, what));
  return {
    newest: (name) => all(name).sort((a, b) => compareVersions(b.version, a.version))[0],
    lists: ({ name, path, size, sha256 }) =>
      all(name).some((each) => each.path === path && each.size === size && each.sha256 === sha256),
  };
}

/** The lines of FIELDS, with those that continue them, and the blank ones that end a stanza. */
async function wantedLines(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const starts = FIELDS.map((field) => Buffer.from(`${field}:`));
  const kept: Buffer[] = [];
  let keeping = false;
  const isWanted = (line: Buffer): boolean => {
    if (line[0] === NEWLINE) return true;
    if (line[0] === 0x20 || line[0] === 0x09) return keeping;
    return starts.some((start) => start[0] === line[0] && start.equals(line.subarray(0, start.length)));
  };
  /** A copy of the wanted lines among whole ones: a view would keep the rest in memory. */
  const take = (lines: Buffer): void => {
    const wanted: Buffer[] = [];
    for (let at = 0; at < lines.length;) {
      const newline = lines.indexOf(NEWLINE, at);
      const end = newline < 0 ? lines.length : newline + 1;
      const line = lines.subarray(at, end);
      keeping = isWanted(line);
      if (keeping) wanted.push(line);
      at = end;
    }
    kept.push(Buffer.concat(wanted));
  };
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.lastIndexOf(NEWLINE) + 1;
    take(bytes.subarray(0, whole));
    rest = Buffer.from(bytes.subarray(whole));
  }
  take(rest);
  return Buffer.concat(kept);
}

function stanzasOf(text: Buffer, name: string): string[] {
  const line = Buffer.from(`Package: ${name}\n`);
  const stanzas: string[] = [];
  for (let at = text.indexOf(line); at >= 0; at = text.indexOf(line, at + line.length)) {
    if (at > 0 && text[at - 1] !== NEWLINE) continue;
    const before = text.lastIndexOf('\n\n', at);
    const end = text.indexOf('\n\n', at);
    stanzas.push(text.toString('utf8', before < 0 ? 0 : before + 2, end < 0 ? text.length : end));
  }
  return stanzas;
}

function packageOf(stanza: Stanza, what: string): IndexedPackage {
  const name = requireField(stanza, 'Package', what);
  const where = `${what} (${name})`;
  const [sha256, size, path] = ['SHA256', 'Size', 'Filename'].map((field) =>
    requireField(stanza, field, where),
  );
  if (!/^[0-9a-f]{64}$/.test(sha256 ?? '') || !/^\d+$/.test(size ?? '') || !isPoolPath(path ?? '')) {
    throw new S6tsError('control-malformed', `${where}: no usable SHA256, Size or Filename`, { what: where });
  }
  return {
    name,
    version: requireField(stanza, 'Version', where),
    path: path ?? '',
    size: Number(size),
    sha256: sha256 ?? '',
    depends: [stanza.get('pre-depends') ?? '', stanza.get('depends') ?? ''].flatMap(parseDepends),
  };
}

function isPoolPath(path: string): boolean {
  return path.startsWith('pool/') && !path.split('/').includes('..');
}

function parseDepends(field: string): string[][] {
  return field
    .split(',')
    .map((group) => group.split('|').map((each) => /^\s*([a-z0-9][a-z0-9+.-]*)/.exec(each)?.[1] ?? ''))
    .map((names) => names.filter((name) => name !== ''))
    .filter((names) => names.length > 0);
}
