import { S6tsError } from '../base/error.js';
import type { Architecture } from './architecture.js';
import { COMPRESSIONS, type Compression } from './compress.js';
import type { LockedPackage } from './lock.js';

/** The parts that a release has, each a tarball, and the file by which it, or a tree laid over an image, says so. */
export const META_OF = {
  's6-overlay': 'usr/lib/s6/overlay.json',
  's6-overlay-syslog': 'usr/lib/s6/syslog/add-on.json',
} as const;
export type PartName = keyof typeof META_OF;
export const PARTS = Object.keys(META_OF) as readonly PartName[];

/** The tarball of an architecture: the overlay's, or another part's. */
export function tarballName(architecture: Architecture, part: PartName = 's6-overlay'): string {
  return `${part}-${architecture.seed}.tar.gz`;
}

/** That of the overlay itself. */
export const META = META_OF['s6-overlay'];

/** What such a file holds. */
export interface OverlayMeta {
  readonly name: PartName;
  readonly version: string;
  /** The seed's name of the architecture. */
  readonly architecture: string;
  /** The date of all its files, ISO 8601 in UTC to the second. */
  readonly date: string;
  /** What it was made from; of a release that `build-release` made, whole entries of the lock. */
  readonly packages: readonly MetaPackage[];
  /** How it was made: what `verify --rebuild` goes by. */
  readonly recipe?: Recipe;
}

type MetaPackage = Pick<LockedPackage, 'name' | 'version' | 'sha256'> & Partial<LockedPackage>;

/** The options that its bytes depend on. */
export interface Recipe {
  readonly compression: Compression;
  readonly source: SourceOptions;
}

/**
 * Where the skaware programs came from: a Debian suite, by the roots of a lock, or archives of prebuilt ones. `runtime`:
 * there are none, all is ours.
 */
export type SourceOptions =
  | {
      readonly kind: 'debian';
      readonly suite: string;
      readonly component: string;
      readonly roots: readonly string[];
      readonly without: readonly string[];
    }
  | { readonly kind: 'prebuilt' | 'runtime' };

/** The text of such a file. */
export function formatMeta({ name, version, architecture, date, recipe, packages }: OverlayMeta): string {
  return `${JSON.stringify({ name, version, architecture, date, recipe, packages }, null, 2)}\n`;
}

/** Reads it; fields that a later version may add are left alone. @throws S6tsError `overlay-foreign`. */
export function parseMeta(text: string, what: string, part: PartName = 's6-overlay'): OverlayMeta {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw foreign(what, 'it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null) throw foreign(what, 'it is no object');
  const fields = value as Partial<Record<keyof OverlayMeta, unknown>>;
  const { name, version, architecture, date, packages, recipe } = fields;
  if (name !== part) throw foreign(what, `its name is ${JSON.stringify(name)}`);
  if (typeof version !== 'string' || typeof architecture !== 'string') {
    throw foreign(what, 'version or architecture is missing');
  }
  if (typeof date !== 'string' || Number.isNaN(Date.parse(date))) throw foreign(what, 'its date is missing');
  if (!Array.isArray(packages) || !packages.every(isPackage)) throw foreign(what, 'its packages are missing');
  if (recipe === undefined) return { name: part, version, architecture, date, packages };
  if (!isRecipe(recipe)) throw foreign(what, 'its recipe is none that this version of s6ts knows');
  return { name: part, version, architecture, date, packages, recipe };
}

function isPackage(value: unknown): value is OverlayMeta['packages'][number] {
  if (typeof value !== 'object' || value === null) return false;
  const { name, version, sha256 } = value as Record<string, unknown>;
  return [name, version, sha256].every((field) => typeof field === 'string');
}

function isRecipe(value: unknown): value is Recipe {
  if (typeof value !== 'object' || value === null) return false;
  const { compression, source } = value as Record<string, unknown>;
  if (!COMPRESSIONS.some((known) => known === compression)) return false;
  if (typeof source !== 'object' || source === null) return false;
  const { kind, suite, component, roots, without } = source as Record<string, unknown>;
  if (kind === 'prebuilt' || kind === 'runtime') return true;
  const lists = [roots, without].every(
    (list) => Array.isArray(list) && list.every((each) => typeof each === 'string'),
  );
  return kind === 'debian' && typeof suite === 'string' && typeof component === 'string' && lists;
}

function foreign(what: string, fault: string, cause?: unknown): S6tsError {
  return new S6tsError('overlay-foreign', `${what} is not of an overlay of s6ts: ${fault}`, {
    what,
    cause,
    hint: 'give a s6-overlay-ARCH.tar.gz that s6ts build-release made',
  });
}
