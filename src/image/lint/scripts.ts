import type { OverlayTree } from '../../overlay/tree.js';

/** A file that an init executes. */
export interface Script {
  readonly path: string;
  readonly mode: number;
  readonly bytes: Uint8Array;
  /** Its text, a character a byte: rules look for ASCII only. */
  readonly text: string;
}

/** The folder that all files of a user are in, or those of one profile (S6_RUNTIME_PROFILE). */
const ETC = String.raw`etc/(?:cont-profile\.d/[^/]+/)?`;
const SCRIPT = new RegExp(
  String.raw`^${ETC}(?:cont-(?:init|finish)\.d/[^/]+|services\.d/[^/]+/(?:log/)?(?:run|finish))$`,
);
const FIX_ATTRS = new RegExp(String.raw`^${ETC}fix-attrs\.d/[^/]+$`);
const SERVICE = new RegExp(String.raw`^(${ETC}services\.d/([^/]+))(?:/(.*))?$`);

/** Names that begin with a dot are for nobody. */
function isHidden(path: string): boolean {
  return path.split('/').some((name) => name.startsWith('.'));
}

/** The scripts of a tree, in its order. */
export function scriptsIn(tree: OverlayTree): readonly Script[] {
  return filesLike(tree, SCRIPT);
}

/** Those that are texts: anything but a binary that the kernel executes by itself. */
export function textScriptsIn(tree: OverlayTree): readonly Script[] {
  return scriptsIn(tree).filter(({ text }) => !text.startsWith('\x7fELF'));
}

/** The files of fix-attrs.d. */
export function fixAttrsIn(tree: OverlayTree): readonly Script[] {
  return filesLike(tree, FIX_ATTRS);
}

/** A folder of services.d, with the paths in it, relative. */
export interface Service {
  readonly path: string;
  readonly name: string;
  readonly parts: readonly string[];
  readonly isFolder: boolean;
}

/** What stands in services.d, by name. */
export function servicesIn(tree: OverlayTree): readonly Service[] {
  const services = new Map<string, Service>();
  for (const [path, { kind }] of tree) {
    const [, folder, name = '', part] = SERVICE.exec(path) ?? [];
    if (folder === undefined || name.startsWith('.')) continue;
    const known = services.get(folder);
    const isFolder = part !== undefined || kind !== 'file';
    services.set(folder, {
      path: folder,
      name,
      parts: [...(known?.parts ?? []), ...(part === undefined ? [] : [part])],
      isFolder: known?.isFolder === true || isFolder,
    });
  }
  return [...services.values()];
}

/** The interpreter and its first argument of a `#!` line (execve(2)); undefined where there is no such line. */
export function interpreterOf({ text }: Script): readonly string[] | undefined {
  const line = /^#!([^\n]*)/.exec(text)?.[1];
  return line === undefined
    ? undefined
    : line
        .replace(/\r$/, '')
        .split(/[ \t]+/)
        .filter((word) => word !== '');
}

function filesLike(tree: OverlayTree, pattern: RegExp): readonly Script[] {
  return [...tree].flatMap(([path, entry]) => {
    if (entry.kind !== 'file' || !pattern.test(path) || isHidden(path)) return [];
    const { mode, bytes } = entry;
    return [{ path, mode, bytes, text: Buffer.from(bytes).toString('latin1') }];
  });
}
