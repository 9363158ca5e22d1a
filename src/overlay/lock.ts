import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../base/atomic-file.js';
import { fileError, S6tsError } from '../base/error.js';
import { packagePath } from '../base/package-root.js';
import { isObject } from '../base/json-object.js';

/** The signed index that vouched for a package when it was locked. */
export interface Voucher {
  readonly suite: string;
  /** The index's own Date field, ISO 8601 in UTC. */
  readonly date: string;
  readonly inReleaseSha256: string;
}

/** One package file, pinned by hash. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Below the mirror's root: `pool/main/s/s6/…deb`. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** null: locked although no signed index vouched for it, for this reason. */
  readonly vouchedBy: Voucher | null;
  readonly reason?: string;
}

/** What is fetched, pinned for each architecture (by its seed name). Plain data, kept in release/. */
export interface Lock {
  readonly schema: 1;
  readonly suite: string;
  readonly component: string;
  /** The newest index date in it, ISO 8601 in UTC: the date of everything built from it. */
  readonly date: string;
  /** Packages that the closure starts from. */
  readonly roots: readonly string[];
  /** Packages that the closure leaves out; "*" leaves out all but the roots. */
  readonly without: readonly string[];
  readonly architectures: Readonly<Record<string, readonly LockedPackage[]>>;
}

/** The lock that comes with s6ts. */
export const SKAWARE_LOCK = packagePath('release', 'skaware.lock.json');

/** Reads a lock. @throws S6tsError `file-missing` | `file-error`, `lock-malformed` listing every fault. */
export async function readLock(path: string): Promise<Lock> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError('read', path, error);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new S6tsError('lock-malformed', `${path} is not JSON`, { what: path, cause });
  }
  return parseLock(value, path);
}

/** A lock out of plain data. @throws S6tsError `lock-malformed` naming `what` and every fault. */
export function parseLock(value: unknown, what: string): Lock {
  const faults: string[] = [];
  checkLock(value, faults);
  if (faults.length > 0) {
    throw new S6tsError('lock-malformed', `${what} is not a lock: ${faults.join('; ')}`, { what });
  }
  return value as Lock;
}

/** Writes a lock. @throws S6tsError `file-error`. */
export async function writeLock(path: string, lock: Lock): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(lock, null, 2)}\n`);
}

/** The lock's packages for an architecture; undefined where it pins none. */
export function lockedPackages(lock: Lock, architecture: string): readonly LockedPackage[] | undefined {
  const packages = lock.architectures[architecture];
  return packages?.length === 0 ? undefined : packages;
}

function checkLock(value: unknown, faults: string[]): void {
  if (!isObject(value)) return void faults.push('not an object');
  if (value['schema'] !== 1) faults.push(`schema is ${JSON.stringify(value['schema'])}, not 1`);
  for (const field of ['suite', 'component']) {
    if (!isWord(value[field])) faults.push(`${field} is no word`);
  }
  if (!isDate(value['date'])) faults.push('date is no UTC date');
  for (const field of ['roots', 'without']) {
    const list = value[field];
    if (!Array.isArray(list) || !list.every((name) => typeof name === 'string'))
      faults.push(`${field} is no list`);
  }
  const architectures = value['architectures'];
  if (!isObject(architectures)) return void faults.push('architectures is no object');
  for (const [name, packages] of Object.entries(architectures)) {
    if (!Array.isArray(packages)) faults.push(`architectures.${name} is no list`);
    else packages.forEach((entry, index) => checkPackage(entry, `${name}[${index}]`, faults));
  }
}

function checkPackage(value: unknown, where: string, faults: string[]): void {
  if (!isObject(value)) return void faults.push(`${where} is no object`);
  if (!isWord(value['name'])) faults.push(`${where}.name is no package name`);
  if (!isWord(value['version'])) faults.push(`${where}.version is no version`);
  const path = value['path'];
  if (typeof path !== 'string' || !/^pool\/[\w+.~%/-]+\.deb$/.test(path) || path.includes('..')) {
    faults.push(`${where}.path is no pool path`);
  }
  if (!Number.isSafeInteger(value['size']) || Number(value['size']) <= 0)
    faults.push(`${where}.size is no size`);
  if (!isSha256(value['sha256'])) faults.push(`${where}.sha256 is no SHA-256`);
  const { vouchedBy: voucher, reason } = value;
  if (voucher === null) {
    if (typeof reason !== 'string' || reason === '')
      faults.push(`${where} says no reason for its vouchedBy: null`);
    return;
  }
  if (
    !isObject(voucher) ||
    !isWord(voucher['suite']) ||
    !isDate(voucher['date']) ||
    !isSha256(voucher['inReleaseSha256'])
  ) {
    faults.push(`${where}.vouchedBy is neither null nor {suite, date, inReleaseSha256}`);
  }
}

function isWord(value: unknown): boolean {
  return typeof value === 'string' && /^[\w+.:~-]+$/.test(value);
}

function isSha256(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isDate(value: unknown): boolean {
  return (
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value))
  );
}
