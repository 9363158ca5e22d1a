import type { Progress } from '../../base/progress.js';
import type { Architecture } from '../architecture.js';
import type { Lock, LockedPackage } from '../lock.js';
import type { SourceOptions } from '../meta.js';
import type { PackageNotices } from '../notices.js';
import type { OverlayTree } from '../tree.js';

/** How a source works with the world outside. */
export interface SourceContext {
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** The skaware programs of one architecture, ready to run below usr/lib/s6, and what they were made from. */
export interface Programs {
  /** usr/lib/s6/{bin,libexec,lib,ld,nss.rc}. */
  readonly tree: OverlayTree;
  readonly packages: readonly LockedPackage[];
  /** The copyright file of each package that has one. */
  readonly notices: PackageNotices;
  /** Path in the tree → the package that its file came from. */
  readonly origins: ReadonlyMap<string, string>;
  /** What the overlay says of where they came from. */
  readonly source: SourceOptions;
}

/** What a part of the overlay has of others' when all in it is ours. */
export const NO_PROGRAMS: Programs = {
  tree: new Map(),
  packages: [],
  notices: new Map(),
  origins: new Map(),
  source: { kind: 'runtime' },
};

/** Where the skaware programs come from: Debian's packages, or a folder of prebuilt ones. */
export interface SkawareSource {
  programs(architecture: Architecture, lock: Lock, context: SourceContext): Promise<Programs>;
}
