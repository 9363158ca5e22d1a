import type { OverlayTree } from '../../overlay/tree.js';

/** What a rule looks at: files for an init's folders, and the root that they are to lie in. */
export interface Subject {
  /** The files that are judged. */
  readonly tree: OverlayTree;
  readonly root: LintRoot;
}

/** The root file system, the judged files and the overlay included. Paths begin without a slash; links are followed. */
export interface LintRoot {
  isFile(path: string): Promise<boolean>;
  /** True where /etc/passwd, or /etc/group, has the name. */
  hasAccount(kind: 'user' | 'group', name: string): Promise<boolean>;
  /** The image's PATH, where it has one. */
  readonly path?: string;
}

/** What is wrong at one place. */
export interface Fault {
  readonly path: string;
  /** Counted from 1. */
  readonly line?: number;
  readonly message: string;
  /** What to do; never the message once more. */
  readonly hint: string;
}

/** `error`: it would not work, or not be started at all. `warning`: it is most likely not what is meant. */
export type Severity = 'error' | 'warning';

/** A rule: pure but for what it asks of the root. */
export interface Rule {
  /** For --json and for whoever looks it up; never changed. */
  readonly id: string;
  readonly severity: Severity;
  readonly check: (subject: Subject) => readonly Fault[] | Promise<readonly Fault[]>;
}

/** A fault with the rule that found it. */
export interface Finding extends Fault {
  readonly rule: string;
  readonly severity: Severity;
}

/** `/etc/cont-init.d/10-x:3` */
export function placeOf({ path, line }: Fault): string {
  return line === undefined ? `/${path}` : `/${path}:${line}`;
}
