import { S6tsError } from '../../../base/error.js';
import type { Architecture } from '../../architecture.js';
import { isElf, readElf } from '../../elf.js';
import { relocateLibc, relocateLibrary, relocateLoader, relocateProgram } from '../../relocate.js';
import { treeOf, type OverlayTree, type TreeEntry } from '../../tree.js';
import { FRONTED } from '../fronted.js';
import type { Programs, SkawareSource } from '../source.js';
import { readDeb } from './deb.js';
import type { PackagesOptions } from './packages-options.js';
import { fetchLocked, type FetchedPackage } from './packages.js';

/** Debian's wrapper script: four execs that only set PATH. The real execlineb lies in execline's own folder. */
const WRAPPER = 'usr/bin/execlineb';
/** glibc's name service, for our programs only: nothing is loaded for "files". */
const NSS_RC = 'passwd: files\ngroup: files\ninitgroups: files\n';

/** The skaware programs as Debian packages, with a loader and C library of their own. */
export function debianSource(options: Omit<PackagesOptions, 'progress' | 'signal'>): SkawareSource {
  return {
    async programs(architecture, lock, context) {
      const fetched = await fetchLocked(lock, architecture, { ...options, ...context });
      context.progress.stage('relocate the programs');
      const { suite, component, roots, without } = lock;
      return {
        ...(await relocated(fetched, architecture)),
        packages: fetched.map((each) => each.package),
        source: { kind: 'debian', suite, component, roots, without },
      };
    },
  };
}

/** The programs out of the packages, what came from which, and the copyright file of each. @throws S6tsError `relocate-refused`, `deb-malformed`. */
export async function relocated(
  packages: readonly FetchedPackage[],
  architecture: Architecture,
): Promise<Pick<Programs, 'tree' | 'notices' | 'origins'>> {
  const entries: [string, TreeEntry][] = [['usr/lib/s6/nss.rc', file(0o644, Buffer.from(NSS_RC))]];
  const notices = new Map<string, string>();
  const origins = new Map<string, string>();
  for (const { package: from, bytes } of packages) {
    for (const [path, entry] of await readDeb(bytes, from.path)) {
      if (path === `usr/share/doc/${from.name}/copyright` && entry.kind === 'file') {
        notices.set(from.name, Buffer.from(entry.bytes).toString('utf8'));
      }
      const place = placeOf(path, architecture, entry);
      if (place === undefined) continue;
      origins.set(place, from.name);
      entries.push([place, entry.kind === 'file' ? moved(entry, path, architecture) : entry]);
    }
  }
  const tree = treeOf(entries);
  assertLibraries(tree);
  return { tree, notices, origins };
}

/** Where a file of a package goes, or undefined for what isn't shipped. */
function placeOf(path: string, { multiarch, loader }: Architecture, entry: TreeEntry): string | undefined {
  if (path === WRAPPER) return undefined;
  const program = /^usr\/(?:bin|lib\/execline\/bin)\/([^/]+)$/.exec(path)?.[1];
  if (program !== undefined) {
    if (entry.kind === 'file' && !isElf(entry.bytes)) return undefined;
    return `usr/lib/s6/${FRONTED.has(program) ? 'libexec' : 'bin'}/${program}`;
  }
  const library = path.startsWith(`usr/lib/${multiarch}/`) ? path.slice(`usr/lib/${multiarch}/`.length) : '';
  if (library === loader) return entry.kind === 'file' ? 'usr/lib/s6/ld' : undefined;
  if (library === 'libc.so.6') return 'usr/lib/s6/lib/libc.so.6';
  return entry.kind === 'file' && /^lib(?:skarnet|s6|execline)\.so\.[\d.]+$/.test(library)
    ? `usr/lib/s6/lib/${soname(library)}`
    : undefined;
}

/** libs6.so.2.13.1.0 is asked for as libs6.so.2.13: shipped under that name, without the link. */
function soname(library: string): string {
  return /^.*?\.so\.\d+\.\d+/.exec(library)?.[0] ?? library;
}

function moved(entry: TreeEntry & { kind: 'file' }, path: string, architecture: Architecture): TreeEntry {
  const { bytes } = entry;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === architecture.loader) return file(0o755, relocateLoader(bytes, architecture, path));
  if (name === 'libc.so.6') return file(0o644, relocateLibc(bytes, architecture, path));
  if (name.includes('.so.')) return file(0o644, relocateLibrary(bytes, architecture, path));
  return file(0o755, relocateProgram(bytes, architecture, path));
}

function file(mode: number, bytes: Uint8Array): TreeEntry & { kind: 'file' } {
  return { kind: 'file', mode, bytes };
}

/** Every library that one of ours asks for must be in our folder: the loader looks nowhere else. */
function assertLibraries(tree: OverlayTree): void {
  for (const [path, entry] of tree) {
    if (entry.kind !== 'file' || !isElf(entry.bytes)) continue;
    for (const name of readElf(entry.bytes, path).needed) {
      if (tree.has(`usr/lib/s6/lib/${name}`)) continue;
      // Some architectures' programs ask for the loader by its file name; it is there already, being the interpreter.
      if (name.startsWith('ld')) continue;
      throw new S6tsError('relocate-refused', `${path} needs ${name}, which none of the packages brings`, {
        what: path,
        hint: 'the package list of the lock (roots, without) lacks one',
      });
    }
  }
}
