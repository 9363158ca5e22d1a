import { posix } from 'node:path';
import { S6tsError } from '../../../base/error.js';
import { gunzip } from '../../gzip.js';
import { readTar } from '../../tar-reader.js';
import type { TreeEntry } from '../../tree.js';

/** A file or link of a skaware archive. Links are relative and stay inside. */
export type Member = Exclude<TreeEntry, { readonly kind: 'directory' }>;

/** What an archive may hold unpacked: the largest, s6's, has some 4 MB. */
const MAX_UNPACKED_BYTES = 200_000_000;

/**
 * Unpacks an archive of skaware programs: path → file or link; folders are left out. Whoever made it decides what runs
 * as root in a container, but not where: names and links that lead out of the tree, devices, and set-uid bits are
 * refused. @throws S6tsError `gzip-malformed`, `tar-malformed`, `skaware-entry` naming the entry.
 */
export async function readArchive(bytes: Uint8Array, what: string): Promise<Map<string, Member>> {
  const members = new Map<string, Member>();
  for (const [path, entry] of await readTar(gunzip(bytes, what, MAX_UNPACKED_BYTES), what)) {
    if (entry.kind !== 'link' && (entry.mode & 0o7000) !== 0) {
      throw refused(what, path, `it has set-uid, set-gid or sticky bits (mode ${entry.mode.toString(8)})`);
    }
    if (entry.kind === 'link') targetOf(path, entry.target, what);
    if (entry.kind !== 'directory') members.set(path, entry);
  }
  return members;
}

/** Where a link at `path` leads, as a path of the archive. @throws S6tsError `skaware-entry`. */
export function targetOf(path: string, target: string, what: string): string {
  if (target.startsWith('/')) throw refused(what, path, `it is a link to ${target}, which is absolute`);
  const end = posix.normalize(posix.join(posix.dirname(path), target));
  if (target === '' || end.split('/')[0] === '..') {
    throw refused(what, path, `it is a link to ${JSON.stringify(target)}, which leads out of the archive`);
  }
  return end.replace(/\/$/, '');
}

/** An entry that isn't taken. */
export function refused(what: string, path: string, why: string): S6tsError {
  return new S6tsError('skaware-entry', `${what} is refused for its entry ${path}: ${why}`, {
    what: path,
    hint: 'build the package anew without that entry, or take another skaware release',
  });
}
