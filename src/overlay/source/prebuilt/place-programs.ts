import { posix } from 'node:path';
import { S6tsError } from '../../../base/error.js';
import type { Architecture } from '../../architecture.js';
import { treeOf, type OverlayTree, type TreeEntry } from '../../tree.js';
import { FRONTED } from '../fronted.js';
import { refused, targetOf, type Member } from './archive-members.js';
import { faultOf } from './static-program.js';

/** A member, and the archive that it came in. */
export interface Found {
  readonly member: Member;
  readonly archive: string;
}

/** The programs at their places, and the archive that each came in. */
export interface Placed {
  readonly tree: OverlayTree;
  readonly archives: ReadonlyMap<string, string>;
}

const HOME = 'usr/lib/s6';
/** Where skaware's own `configure` puts programs, with and without a prefix and slashpackage. */
const PROGRAM = /^(?:(?:usr\/)?s?bin|command)\/([^/]+)$/;
/** For building other things; not shipped. */
const DEVELOPMENT = /^(?:usr\/)?(?:lib|include)\/|^usr\/share\/(?:man|doc)\//;
/** Without these nothing starts. */
const REQUIRED = ['s6-svscan', 's6-supervise', 's6-log', 's6-svscanctl', 'execlineb'];
const MAX_LINKS = 40;

/**
 * Static programs at their places in the overlay: those of any bin folder in usr/lib/s6/bin, where the layout finds
 * them; other files stay where their archive has them. `ours` are the names that the runtime answers to: of two
 * programs of one name the runtime's is shipped.
 * @throws S6tsError `skaware-entry` naming what isn't static, for this processor, or whole; `skaware-incomplete`.
 */
export function placePrograms(
  found: ReadonlyMap<string, Found>,
  architecture: Architecture,
  ours: ReadonlySet<string>,
): Placed {
  const places = placesOf(found, ours);
  const entries: [string, TreeEntry][] = [];
  const archives = new Map<string, string>();
  for (const [path, { member, archive }] of found) {
    const place = places.get(path);
    if (place === undefined) continue;
    archives.set(place, archive);
    const end = endOf(path, found);
    if (PROGRAM.test(path)) {
      const fault = faultOf(end.bytes, architecture, path);
      if (fault !== undefined) throw refused(archive, path, fault);
    }
    if (member.kind === 'link') {
      const target = targetOf(path, member.target, archive);
      const to = places.get(target) ?? oursAt(target) ?? target;
      entries.push([place, { kind: 'link', target: posix.relative(posix.dirname(place), to) }]);
    } else {
      const mode = (member.mode & 0o111) === 0 && !PROGRAM.test(path) ? 0o644 : 0o755;
      entries.push([place, { kind: 'file', mode, bytes: member.bytes }]);
    }
  }
  assertComplete(new Set(places.values()));
  return { tree: treeOf(entries), archives };
}

/** Path in the archives → path in the overlay, for what is shipped. */
function placesOf(found: ReadonlyMap<string, Found>, ours: ReadonlySet<string>): Map<string, string> {
  const places = new Map<string, string>();
  const taken = new Map<string, string>();
  const names = new Set([...found.keys()].map((path) => PROGRAM.exec(path)?.[1]));
  for (const [path, { archive }] of found) {
    const name = PROGRAM.exec(path)?.[1];
    const place = name === undefined ? elsewhere(path) : programPlace(name, ours, names);
    if (place === undefined) continue;
    const other = taken.get(place);
    // A slashpackage archive has each program once more as a link from /command.
    if (other !== undefined && found.get(path)?.member.kind === 'link') continue;
    if (other !== undefined && found.get(other)?.member.kind !== 'link') {
      throw refused(archive, path, `it is the same program as ${other}`);
    }
    if (other !== undefined) places.delete(other);
    taken.set(place, path);
    places.set(path, place);
  }
  return places;
}

function elsewhere(path: string): string | undefined {
  return DEVELOPMENT.test(path) ? undefined : path;
}

function programPlace(
  name: string,
  ours: ReadonlySet<string>,
  names: ReadonlySet<string | undefined>,
): string | undefined {
  if (FRONTED.has(name)) return `${HOME}/libexec/${name}`;
  // Our s6-test calls execline's eltest, which older ones lack; s6-portable-utils' s6-test has the same interface.
  if (name === 's6-test' && !names.has('eltest')) return `${HOME}/bin/eltest`;
  return ours.has(name) ? undefined : `${HOME}/bin/${name}`;
}

function oursAt(path: string): string | undefined {
  const name = PROGRAM.exec(path)?.[1];
  return name === undefined ? undefined : `${HOME}/bin/${name}`;
}

/** The file that a path, or the links that it begins, lead to. @throws S6tsError `skaware-entry`. */
function endOf(path: string, found: ReadonlyMap<string, Found>): Member & { kind: 'file' } {
  const first = found.get(path);
  let at = path;
  for (let step = 0; step < MAX_LINKS; step++) {
    const here = found.get(at);
    if (here === undefined) break;
    if (here.member.kind === 'file') return here.member;
    at = targetOf(at, here.member.target, here.archive);
  }
  throw refused(first?.archive ?? path, path, `it is a link to ${at}, where there is no file`);
}

function assertComplete(places: ReadonlySet<string>): void {
  const missing = REQUIRED.filter(
    (name) => !places.has(`${HOME}/${FRONTED.has(name) ? 'libexec' : 'bin'}/${name}`),
  );
  if (missing.length === 0) return;
  throw new S6tsError('skaware-incomplete', `the skaware release has no ${missing.join(', ')}`, {
    what: missing.join(' '),
    hint: 'its manifest has to name s6 and execline, and their archives to hold the programs',
  });
}
