import { closeSync, fstatSync, openSync, read } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { stageFile } from '../../../base/atomic-file.js';
import { collected } from '../../../base/byte-stream.js';
import { errnoOf, fileError, S6tsError } from '../../../base/error.js';
import { openFileStream, type FilePart } from '../../../base/file-stream.js';
import { stateOf, type FileState } from '../../../base/unchanged.js';
import { unpacked } from '../../blob/decompress.js';
import { MAGIC_BYTES, packingIn } from '../../blob/packing.js';
import { MAX_TAR_BYTES, TarScanner, type TarMemberHead } from '../../tree/tar-scan.js';

/** A member of an archive: content, or a link to another's. */
type Member = FilePart | { readonly link: string };

/** How much is read at a time where only headers are wanted. */
const LOOK_BYTES = 2 ** 16;

/** Links that may lead to a member. */
const MAX_LINKS = 8;

/** More members than an archive of images has (some 10 a layer). */
const MAX_MEMBERS = 100_000;

const readAt = promisify(read);

/**
 * A tar on the disk whose members are read where they stand: it stays open, for somebody may write the archive anew, under
 * the same name, with everything elsewhere. One that is packed is unpacked beside the temporary files first, as `docker
 * load` and skopeo do.
 */
export class TarFile {
  #fd: number | undefined;
  readonly #members: ReadonlyMap<string, Member>;
  readonly #remove: () => void;

  private constructor(
    readonly what: string,
    /** That of the archive when it was opened. */
    readonly state: FileState,
    { fd, members, remove }: { fd: number; members: ReadonlyMap<string, Member>; remove?: () => void },
  ) {
    this.#fd = fd;
    this.#members = members;
    this.#remove = remove ?? (() => undefined);
  }

  /**
   * Opens an archive; undefined where there is no file.
   * @throws S6tsError `archive-malformed` naming a member that leads out of it; `unpack-failed`, `file-error`
   */
  static async open(path: string): Promise<TarFile | undefined> {
    // Opening a fifo would wait for its writer, and a device may have no end.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && !found.isFile() && !found.isDirectory())
      throw new S6tsError('file-error', `cannot read the archive ${path}: it is no regular file`, {
        what: path,
      });
    const fd = opened(path);
    if (fd === undefined) return undefined;
    let isKept = false;
    try {
      const state = stateOf(fd);
      const head = Buffer.alloc(MAGIC_BYTES);
      const { bytesRead } = await readAt(fd, head, 0, MAGIC_BYTES, 0);
      if (packingIn(head.subarray(0, bytesRead)) !== 'none') {
        const { size } = fstatSync(fd);
        return await TarFile.spooled(
          unpacked(openFileStream(fd, path, { offset: 0, size }), path),
          path,
          state,
        );
      }
      const members = await membersOf(fd, path);
      isKept = true;
      return new TarFile(path, state, { fd, members });
    } catch (error) {
      throw fileError('read the archive', path, error);
    } finally {
      if (!isKept) closeSync(fd);
    }
  }

  /** Keeps a stream in a temporary file until `close`, and opens that; `what` names it in messages. */
  static async spooled(bytes: AsyncIterable<Uint8Array>, what: string, state?: FileState): Promise<TarFile> {
    const staged = await stageFile(join(tmpdir(), 's6ts-archive'), withinLimit(bytes, what), {
      mode: 0o600,
      lasting: false,
    });
    let fd: number | undefined;
    try {
      fd = openSync(staged.temporary, 'r');
      return new TarFile(what, state, {
        fd,
        members: await membersOf(fd, what),
        remove: () => staged.discard(),
      });
    } catch (error) {
      if (fd !== undefined) closeSync(fd);
      staged.discard();
      throw error;
    }
  }

  /** The name that a member's content has: its own, or that of what it links to. @throws S6tsError `archive-malformed` */
  nameOf(name: string): string {
    let at = name;
    for (let links = 0; links <= MAX_LINKS; links += 1) {
      const member = this.#members.get(at);
      if (member === undefined || 'size' in member) return at;
      at = member.link;
    }
    throw malformed(this.what, name, 'its links go round');
  }

  /** Where a member's content lies; undefined for none. */
  part(name: string): FilePart | undefined {
    const member = this.#members.get(this.nameOf(name));
    return member !== undefined && 'size' in member ? member : undefined;
  }

  /** A member's bytes. @throws S6tsError `archive-malformed` where there is none */
  stream(name: string): AsyncIterable<Uint8Array> {
    const part = this.part(name);
    if (part === undefined) throw malformed(this.what, name, "it isn't there, though the archive names it");
    if (this.#fd === undefined) throw new Error(`the archive ${this.what} is closed`);
    return openFileStream(this.#fd, this.what, part);
  }

  /** A small member as text; undefined for none. @throws S6tsError `archive-malformed` for a large one */
  async text(name: string, maxBytes: number): Promise<string | undefined> {
    const part = this.part(name);
    if (part === undefined) return undefined;
    if (part.size > maxBytes)
      throw malformed(this.what, name, `its ${part.size} bytes are too many for what it is`);
    return (await collected(this.stream(name))).toString();
  }

  /** Removes what was unpacked. Nothing can be read after that. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#remove();
  }
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw fileError('read the archive', path, error);
  }
}

async function* withinLimit(bytes: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of bytes) {
    done += chunk.length;
    if (done > MAX_TAR_BYTES) {
      throw new S6tsError(
        'archive-malformed',
        `the archive ${what} is refused: it unpacks to more than any image has`,
        {
          what,
        },
      );
    }
    yield chunk;
  }
}

/** The members of a tar, contents jumped over. */
async function membersOf(fd: number, what: string): Promise<ReadonlyMap<string, Member>> {
  const members = new Map<string, Member>();
  const scanner = new TarScanner(
    `the archive ${what}`,
    (member) => {
      const name = cleanName(member.path, what);
      if (members.size >= MAX_MEMBERS)
        throw malformed(what, name, `there are more than ${MAX_MEMBERS} before it`);
      const kept = memberOf(member, name, what);
      if (kept !== undefined) members.set(name, kept);
    },
    { maxBytes: Infinity },
  );
  const { size } = fstatSync(fd);
  const chunk = Buffer.alloc(LOOK_BYTES);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await readAt(fd, chunk, 0, LOOK_BYTES, at);
    if (bytesRead === 0) break;
    scanner.push(chunk.subarray(0, bytesRead));
    at += bytesRead + scanner.jump();
  }
  if (at > size) throw malformed(what, [...members.keys()].at(-1) ?? '', 'the archive is cut off in it');
  scanner.end();
  return members;
}

function memberOf(
  { type, offset, size, linkpath }: TarMemberHead,
  name: string,
  what: string,
): Member | undefined {
  switch (type) {
    case '0':
    case '7':
      return { offset, size };
    case '1':
      return { link: cleanName(linkpath, what) };
    case '2':
      // `docker save` before version 25 has a layer that several images share once, and links to it.
      return {
        link: cleanName(
          linkpath.startsWith('/') ? linkpath : posix.join(posix.dirname(name), linkpath),
          what,
        ),
      };
    default:
      return undefined;
  }
}

function cleanName(path: string, what: string): string {
  const name = posix.normalize(path).replace(/^\.\/|\/$/g, '');
  if (path.startsWith('/') || name === '..' || name.startsWith('../')) {
    throw malformed(what, path, 'it leads out of the archive');
  }
  return name;
}

function malformed(what: string, name: string, reason: string): S6tsError {
  return new S6tsError(
    'archive-malformed',
    `the archive ${what} is refused for ${JSON.stringify(name)}: ${reason}`,
    {
      what,
    },
  );
}
