import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../base/error.js';
import { isoDate } from '../base/iso-date.js';
import { packagePath } from '../base/package-root.js';
import type { Architecture } from './architecture.js';
import { assertFolders, HOME } from './layout.js';
import { formatMeta, META_OF, type Recipe } from './meta.js';
import { noticesOf } from './notices.js';
import { treeOf, type OverlayTree, type TreeEntry } from './tree.js';

const PART = 's6-overlay-syslog';

export interface SyslogParts {
  readonly architecture: Architecture;
  readonly version: string;
  /** The date of all files. */
  readonly date: Date;
  /** The binary, src/runtime/syslogd. */
  readonly syslogd: Uint8Array;
  /** Copyright and licences of all that is in it. */
  readonly copyright: string;
  readonly recipe: Recipe;
  /** The folder with the files that ship as they are; default: the package's. */
  readonly assets?: string;
}

/**
 * Lays out the syslog add-on, which is laid over a root beside the overlay.
 * @throws S6tsError `file-missing` | `file-error` for a broken installation, `layout-forbidden`.
 */
export async function syslogTree(parts: SyslogParts): Promise<OverlayTree> {
  const { architecture, version, date, syslogd, copyright, recipe } = parts;
  const meta = formatMeta({
    name: PART,
    version,
    architecture: architecture.seed,
    date: isoDate(date),
    packages: [],
    recipe,
  });
  const tree = treeOf([
    ...(await filesIn(parts.assets ?? packagePath('assets', 'syslog'))),
    [META_OF[PART], { kind: 'file', mode: 0o644, bytes: Buffer.from(meta) }],
    [noticesOf(PART), { kind: 'file', mode: 0o644, bytes: Buffer.from(copyright) }],
    [`${HOME}/bin/s6-overlay-syslogd`, { kind: 'file', mode: 0o755, bytes: syslogd }],
  ]);
  assertFolders(tree);
  return tree;
}

/** All files of a folder, by their paths in it. A script is told by its `#!`: modes get lost on the way of a package. */
async function filesIn(folder: string): Promise<[string, TreeEntry][]> {
  try {
    const files: [string, TreeEntry][] = [];
    for (const name of await readdir(folder, { recursive: true })) {
      if (!(await lstat(join(folder, name))).isFile()) continue;
      const bytes = await readFile(join(folder, name));
      const mode = bytes.subarray(0, 2).toString('latin1') === '#!' ? 0o755 : 0o644;
      files.push([name, { kind: 'file', mode, bytes }]);
    }
    return files;
  } catch (error) {
    throw fileError('read', folder, error, 'install s6ts again');
  }
}
