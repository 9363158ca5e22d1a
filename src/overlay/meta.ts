import { S6tsError } from '../base/error.js';

/** The file by which a tarball, or a tree laid over an image, says what it is. */
export const META = 'usr/lib/s6/overlay.json';

/** What `META` holds. */
export interface OverlayMeta {
  readonly name: 's6-overlay';
  readonly version: string;
  /** The seed's name of the architecture. */
  readonly architecture: string;
  /** The date of all its files, ISO 8601 in UTC to the second. */
  readonly date: string;
  readonly packages: readonly { readonly name: string; readonly version: string; readonly sha256: string }[];
}

/** The text of `META`. */
export function formatMeta({ name, version, architecture, date, packages }: OverlayMeta): string {
  const list = packages.map(({ name: of, version: at, sha256 }) => ({ name: of, version: at, sha256 }));
  return `${JSON.stringify({ name, version, architecture, date, packages: list }, null, 2)}\n`;
}

/** Reads `META`; fields that a later version may add are left alone. @throws S6tsError `overlay-foreign`. */
export function parseMeta(text: string, what: string): OverlayMeta {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw foreign(what, 'it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null) throw foreign(what, 'it is no object');
  const fields = value as Partial<Record<keyof OverlayMeta, unknown>>;
  const { name, version, architecture, date, packages } = fields;
  if (name !== 's6-overlay') throw foreign(what, `its name is ${JSON.stringify(name)}`);
  if (typeof version !== 'string' || typeof architecture !== 'string') {
    throw foreign(what, 'version or architecture is missing');
  }
  if (typeof date !== 'string' || Number.isNaN(Date.parse(date))) throw foreign(what, 'its date is missing');
  if (!Array.isArray(packages) || !packages.every(isPackage)) throw foreign(what, 'its packages are missing');
  return { name, version, architecture, date, packages };
}

function isPackage(value: unknown): value is OverlayMeta['packages'][number] {
  if (typeof value !== 'object' || value === null) return false;
  const { name, version, sha256 } = value as Record<string, unknown>;
  return [name, version, sha256].every((field) => typeof field === 'string');
}

function foreign(what: string, fault: string, cause?: unknown): S6tsError {
  return new S6tsError('overlay-foreign', `${what} is not of an overlay of s6ts: ${fault}`, {
    what,
    cause,
    hint: 'give a s6-overlay-ARCH.tar.gz that s6ts build-release made',
  });
}
