import type { Progress } from '../../base/progress.js';
import type { Architecture } from '../architecture.js';
import type { Lock, LockedPackage } from '../lock.js';
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
}

/** Where the skaware programs come from: Debian's packages, or a folder of prebuilt ones. */
export interface SkawareSource {
  programs(architecture: Architecture, lock: Lock, context: SourceContext): Promise<Programs>;
}
