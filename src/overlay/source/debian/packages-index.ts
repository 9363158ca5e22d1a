import { S6tsError } from '../../../base/error.js';
import { fetchBytes, type FetchOptions } from '../../../base/fetch.js';
import { decompress, SUFFIXES } from './compression.js';
import { parseControl, requireField, type Stanza } from './control.js';
import type { InRelease } from './inrelease.js';
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

/** Finds a package by name, the newest where the index lists several. */
export type PackagesIndex = (name: string) => IndexedPackage | undefined;

/**
 * Fetches and checks the Packages index of an architecture: by name and by hash, in each compression, for a mirror may
 * be in the middle of a sync and then some of its files belong to another index.
 * @throws S6tsError `index-mid-sync` when none matches the InRelease file, `fetch-unreachable`, `index-incomplete`.
 */
export async function fetchPackagesIndex(
  root: string,
  inRelease: InRelease,
  { component, architecture }: { readonly component: string; readonly architecture: string },
  options: FetchOptions,
): Promise<PackagesIndex> {
  const folder = `${component}/binary-${architecture}`;
  const mismatches: string[] = [];
  for (const suffix of SUFFIXES) {
    const name = `${folder}/Packages${suffix}`;
    const file = inRelease.files.get(name);
    if (file === undefined) continue;
    const places = [name, ...(inRelease.byHash ? [`${folder}/by-hash/SHA256/${file.sha256}`] : [])];
    for (const place of places) {
      const url = `${root}/dists/${inRelease.codename}/${place}`;
      try {
        const bytes = await fetchBytes(url, { ...options, expect: file });
        const text = await decompress(bytes, suffix, url);
        return indexOf(Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('utf8'), url);
      } catch (error) {
        if (!(error instanceof S6tsError) || !['fetch-mismatch', 'fetch-missing'].includes(error.code))
          throw error;
        mismatches.push(error.message);
      }
    }
  }
  if (mismatches.length === 0) {
    throw new S6tsError(
      'index-incomplete',
      `${root}: the index of ${inRelease.codename} lists no ${folder}/Packages`,
      {
        what: root,
      },
    );
  }
  throw new S6tsError(
    'index-mid-sync',
    `${root}: no Packages index of ${architecture} matches the signed InRelease (${mismatches.length} tried; ${mismatches[0]})`,
    { what: root, hint: 'the mirror seems to be in the middle of a sync: try again later, or --mirror URL' },
  );
}

/** Reads a Packages index; only the stanzas that are asked for are parsed. */
export function indexOf(text: string, what: string): PackagesIndex {
  const stanzas = new Map<string, string[]>();
  for (const stanza of text.split('\n\n')) {
    const name = /^Package: (.+)$/m.exec(stanza)?.[1];
    if (name === undefined) continue;
    const present = stanzas.get(name);
    if (present === undefined) stanzas.set(name, [stanza]);
    else present.push(stanza);
  }
  return (name) =>
    (stanzas.get(name) ?? [])
      .flatMap((stanza) => parseControl(stanza, `${what} (${name})`))
      .map((stanza) => packageOf(stanza, what))
      .sort((a, b) => compareVersions(b.version, a.version))[0];
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
