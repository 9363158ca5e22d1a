import type { BigIntStats } from 'node:fs';
import { lstat, open, readdir, readlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, fileError, S6tsError } from '../../base/error.js';
import { tarEntry, tarHeader, TAR_END, type TarMember } from '../tar-writer.js';

const SMALL_BYTES = 1 << 20;

export interface FolderTarOptions {
  /** No file is newer than this (SOURCE_DATE_EPOCH), in seconds since 1970. */
  readonly newest?: number | undefined;
}

/**
 * A root file system in a folder as a tar: owners, modes, hard links and times as they are, names in byte order.
 * Devices, fifos and sockets are left out, for engines bring their own; so is what is mounted in it. Extended
 * attributes can't be read by Node: a tar made with `tar --xattrs` brings those.
 * @throws S6tsError `rootfs-unreadable` at the end, naming all that there is no permission for; `file-…`, `rootfs-name`,
 * `rootfs-changed`
 */
export async function* folderTar(root: string, options: FolderTarOptions = {}): AsyncGenerator<Uint8Array> {
  const top = await lstat(join(root, '.'), { bigint: true }).catch((error: unknown) => {
    throw fileError('look at', root, error);
  });
  const denied: string[] = [];
  yield* walk(root, '', { device: top.dev, links: new Map(), denied, ...options });
  if (denied.length > 0) throw unreadable(root, denied);
  yield TAR_END;
}

interface Walk extends FolderTarOptions {
  /** The file system that the root is on. */
  readonly device: bigint;
  /** Inode → the first name that it came under. */
  readonly links: Map<bigint, string>;
  /** What there is no permission for. */
  readonly denied: string[];
}

/** What `work` gives of a place; undefined, and noted, where there is no permission for it. */
async function permitted<T>(
  { denied }: Walk,
  verb: string,
  place: string,
  work: (place: string) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work(place);
  } catch (error) {
    if (errnoOf(error) !== 'EACCES') throw fileError(verb, place, error);
    denied.push(place);
    return undefined;
  }
}

async function* walk(root: string, folder: string, state: Walk): AsyncGenerator<Uint8Array> {
  for (const name of (await permitted(state, 'read', join(root, folder), namesIn)) ?? []) {
    const path = folder === '' ? name : `${folder}/${name}`;
    const place = join(root, path);
    const facts = await permitted(state, 'look at', place, (at) => lstat(at, { bigint: true }));
    if (facts === undefined) continue;
    const common = { path, uid: Number(facts.uid), gid: Number(facts.gid), mtime: timeOf(facts, state) };
    const mode = Number(facts.mode & 0o7777n);
    if (facts.isDirectory()) {
      yield* tarEntry({ ...common, path: `${path}/`, type: 'Directory', mode });
      if (facts.dev === state.device) yield* walk(root, path, state);
    } else if (facts.isSymbolicLink()) {
      const linkpath = await readlink(place).catch((error: unknown) => {
        throw fileError('read', place, error);
      });
      yield* tarEntry({ ...common, type: 'SymbolicLink', mode: 0o777, linkpath });
    } else if (facts.isFile()) {
      const first = facts.nlink > 1n ? state.links.get(facts.ino) : undefined;
      if (first !== undefined) yield* tarEntry({ ...common, type: 'Link', mode, linkpath: first });
      else {
        const file = await permitted(state, 'read', place, (at) => open(at));
        if (file === undefined) continue;
        state.links.set(facts.ino, path);
        yield* fileEntry({ ...common, type: 'File', mode }, place, { file, size: Number(facts.size) });
      }
    }
  }
}

async function* fileEntry(
  member: Omit<TarMember, 'content'>,
  place: string,
  { file, size }: { readonly file: FileHandle; readonly size: number },
): AsyncGenerator<Uint8Array> {
  const { header, padding } = tarHeader(member, size);
  let done = 0;
  try {
    yield* header;
    for await (const chunk of contentOf(file, size)) {
      done += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw fileError('read', place, error);
  } finally {
    await file.close();
  }
  if (done !== size) {
    throw new S6tsError('rootfs-changed', `${place} changed while it was read`, {
      what: place,
      hint: 'stop what writes into the folder, and try again',
    });
  }
  if (padding.length > 0) yield padding;
}

/** A stream costs more than most files of a root are long. */
async function* contentOf(file: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  if (size > SMALL_BYTES) yield* file.createReadStream({ autoClose: false }) as AsyncIterable<Uint8Array>;
  else if (size > 0) yield await file.readFile();
}

function timeOf(facts: BigIntStats, { newest }: Walk): number {
  const seconds = Math.max(0, Number(facts.mtimeMs / 1000n));
  return newest === undefined ? seconds : Math.min(seconds, newest);
}

/** Sorted by their bytes. A tar's names are UTF-8. */
async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { encoding: 'buffer' });
  return names
    .sort((a, b) => Buffer.compare(a, b))
    .map((bytes) => {
      const name = bytes.toString('utf8');
      if (Buffer.from(name).equals(bytes)) return name;
      throw new S6tsError('rootfs-name', `${join(folder, name)}: its name is not UTF-8`, {
        what: join(folder, name),
        hint: 'rename it, or give the root file system as a tar',
      });
    });
}

/** More names than this are counted only. */
const MOST_NAMED = 8;

function unreadable(root: string, denied: readonly string[]): S6tsError {
  const more = denied.length > MOST_NAMED ? ` and ${denied.length - MOST_NAMED} more` : '';
  return new S6tsError(
    'rootfs-unreadable',
    `${root} can't be read as a whole: no permission for ${denied.slice(0, MOST_NAMED).join(', ')}${more}`,
    {
      what: root,
      hint: 'run it as root, as an image without them would be another one; or give a tar that root has made',
    },
  );
}
