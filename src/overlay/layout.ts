import { S6tsError } from '../base/error.js';
import { isoDate } from '../base/iso-date.js';
import type { Architecture } from './architecture.js';
import type { LockedPackage } from './lock.js';
import { formatMeta, META, type Recipe } from './meta.js';
import { noticesOf } from './notices.js';
import type { Binary, Runtime } from './runtime-files.js';
import { mergeTrees, treeOf, type OverlayTree, type TreeEntry } from './tree.js';

/** Everything that is ours lies here; the links elsewhere lead here. */
export const HOME = 'usr/lib/s6';
/** The runtime's binaries, in HOME/bin; all other names of theirs are links to them. */
const FILE: Readonly<Record<Binary, string>> = { init: 's6-overlay-init', utils: 's6-overlay-utils' };

export interface Parts {
  readonly architecture: Architecture;
  readonly version: string;
  /** The date of all files. */
  readonly date: Date;
  /** usr/lib/s6/{bin,libexec,lib,ld,nss.rc}. */
  readonly programs: OverlayTree;
  readonly packages: readonly LockedPackage[];
  readonly runtime: Runtime;
  /** Copyright and licences of all that is in it. */
  readonly copyright: string;
  readonly recipe: Recipe;
}

/** Images have programs of these names in /usr/bin (POSIX, ImageMagick) that must stay. */
const NOT_IN_USR_BIN = new Set(['cd', 'umask', 'wait', 'import']);
/**
 * The seed's two-step extraction (all but ./bin and ./sbin, then these) fails when an archive has nothing there. One
 * link each, and then none of that name in usr/bin: busybox tar stumbles over it where /bin is a link to usr/bin.
 */
const INSTEAD_OF_USR_BIN: Readonly<Record<string, string>> = {
  's6-overlay-version': 'bin',
  's6-overlay-init': 'sbin',
};
/** The user's folders. They must be there, yet without an entry of their own: images may have them as links. */
const USER_FOLDERS = ['fix-attrs.d', 'cont-init.d', 'services.d', 'cont-finish.d'];
/** The work area's entries lead to /dev/shm until /init puts real ones in their place where it can. */
const WORK_AREA = [
  'container_environment',
  'env-stage3',
  'etc',
  'results',
  'services',
  'timeline',
  'uncaught-logs-fifo',
];

/** By these, below /run/s6/basedir/bin, scripts written for v3 stop the container. */
const V3_STOPS = ['halt', 'poweroff', 'reboot', 'shutdown'];

/** Lays out what is shipped. @throws S6tsError `tree-path`, `layout-forbidden`. */
export function layout(parts: Parts): OverlayTree {
  const home = mergeTrees(parts.programs, runtimeTree(parts.runtime));
  const tree = mergeTrees(home, treeOf(linksTo(home, parts.runtime)), treeOf(fixedEntries(parts)));
  assertShippable(tree);
  return tree;
}

function runtimeTree({ binaries, applets }: Runtime): OverlayTree {
  const names = applets.filter(
    ({ name, binary, links }) => name !== FILE[binary] && links.includes(`${HOME}/bin`),
  );
  const program = (binary: Binary) =>
    [`${HOME}/bin/${FILE[binary]}`, { kind: 'file', mode: 0o755, bytes: binaries[binary] }] as const;
  return treeOf([
    program('init'),
    program('utils'),
    ...names.map(({ name, binary }) => [`${HOME}/bin/${name}`, link(FILE[binary])] as const),
  ]);
}

/** The links from outside: the applets' as their table says, each other program's from /command and /usr/bin. */
function linksTo(home: OverlayTree, { applets }: Runtime): (readonly [string, TreeEntry])[] {
  const places = new Map<string, readonly string[]>([[FILE.utils, []]]); // a binary, and no name that anybody calls
  for (const { name, links } of applets) places.set(name, links);
  for (const path of home.keys()) {
    const name = path.startsWith(`${HOME}/bin/`) ? path.slice(`${HOME}/bin/`.length) : '';
    if (name !== '' && !places.has(name)) places.set(name, ['command', 'usr/bin']);
  }
  return [...places].flatMap(([name, folders]) =>
    folders
      .filter((folder) => folder !== `${HOME}/bin` && !(folder === 'usr/bin' && NOT_IN_USR_BIN.has(name)))
      .map((folder) => linkIn(folder === 'usr/bin' ? (INSTEAD_OF_USR_BIN[name] ?? folder) : folder, name)),
  );
}

function linkIn(folder: string, name: string): readonly [string, TreeEntry] {
  if (folder === '') return [name, link(`${HOME}/bin/${FILE.init}`)];
  // Absolute: from /bin it must be right both where that is a folder and where it is a link to usr/bin.
  return [`${folder}/${name}`, link(`/${HOME}/bin/${name}`)];
}

function fixedEntries(parts: Parts): (readonly [string, TreeEntry])[] {
  const { architecture, version, date, packages, recipe } = parts;
  const meta = formatMeta({
    name: 's6-overlay',
    version,
    architecture: architecture.seed,
    date: isoDate(date),
    packages,
    recipe,
  });
  const folders = [
    'command',
    HOME,
    ...['basedir', 'basedir/bin', 'bin', 'lib', 'libexec'].map((name) => `${HOME}/${name}`),
  ];
  return [
    [META, file(meta)],
    [noticesOf('s6-overlay'), file(parts.copyright)],
    ...folders.map((path) => [path, { kind: 'directory', mode: 0o755 }] as const),
    ['run/s6', { kind: 'directory', mode: 0o777 }],
    ...WORK_AREA.map((name) => [`run/s6/${name}`, link(`/dev/shm/s6/${name}`)] as const),
    ...USER_FOLDERS.map((name) => [`etc/${name}/.keep`, file('')] as const),
    // Names that scripts written for v3 know.
    ['run/service', link('s6/services')],
    ['run/s6-linux-init-container-results', link('s6/results')],
    ['run/s6/basedir', link(`/${HOME}/basedir`)],
    ...V3_STOPS.map((name) => [`${HOME}/basedir/bin/${name}`, link('../../bin/halt')] as const),
  ];
}

function link(target: string): TreeEntry {
  return { kind: 'link', target };
}

function file(text: string): TreeEntry {
  return { kind: 'file', mode: 0o644, bytes: Buffer.from(text) };
}

/**
 * Extracting a folder entry replaces an image's link of that name, and the image is dead. So only folders that are
 * ours have one; and no name may stand below two folders that are one in images with a merged /usr.
 * @throws S6tsError `layout-forbidden`.
 */
export function assertShippable(tree: OverlayTree): void {
  assertFolders(tree);
  const programs = new Map<string, string>();
  for (const [path] of tree) {
    const name = /^(?:usr\/)?s?bin\/([^/]+)$/.exec(path)?.[1];
    if (name === undefined) continue;
    const other = programs.get(name);
    if (other !== undefined) throw forbidden(path, `on a merged /usr it is the same file as ${other}`);
    programs.set(name, path);
  }
  for (const folder of ['bin', 'sbin']) {
    const count = [...programs.values()].filter((path) => path.startsWith(`${folder}/`)).length;
    if (count !== 1)
      throw forbidden(folder, `it has ${count} entries where the two-step extraction needs one`);
  }
}

/** The same of the folders alone: for what is laid over a root beside the overlay. @throws S6tsError `layout-forbidden`. */
export function assertFolders(tree: OverlayTree): void {
  for (const [path, entry] of tree) {
    const ours = /^(?:command|run\/s6|usr\/lib\/s6(?:\/.*)?)$/.test(path);
    if (entry.kind === 'directory' && !ours) throw forbidden(path, 'an image may have this folder as a link');
  }
}

function forbidden(path: string, why: string): S6tsError {
  return new S6tsError('layout-forbidden', `the overlay can't hold ${path}: ${why}`, { what: path });
}
