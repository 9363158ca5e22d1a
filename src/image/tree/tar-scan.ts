import { S6tsError } from '../../base/error.js';
import { parseHeader, paxRecords, xattrsOf, type RawHeader } from './tar-header.js';

/** One member of a tar, its content left out. */
export interface TarMemberHead {
  /** As it stands in the archive, of any length. */
  readonly path: string;
  /** The ustar type flag, `0` for the old NUL: `0` file, `1` hard link, `2` link, `5` folder … (pax, "ustar Header Block"). */
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly linkpath: string;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Bytes of its content, and where that begins in the tar. */
  readonly size: number;
  readonly offset: number;
  /** Extended attributes, from `SCHILY.xattr.` records. */
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

export interface ScanLimits {
  /** Bytes of the whole tar, contents included. Beyond it is no layer but a decompression bomb. Default 64 GiB. */
  readonly maxBytes?: number;
  /** Bytes of one long name or set of pax records. Default 1 MiB. */
  readonly maxMetaBytes?: number;
}

const BLOCK = 512;
/** A tar beyond this is no image's but a decompression bomb. */
export const MAX_TAR_BYTES = 64 * 2 ** 30;

const DEFAULTS = { maxBytes: MAX_TAR_BYTES, maxMetaBytes: 2 ** 20 };

/**
 * Walks through a tar and calls `onMember` for each member, contents unread: ustar, pax and GNU forms, in the memory of
 * one header. What follows the two empty blocks at its end is read to the last byte, so that a digest over the stream is
 * one over all of it. @throws S6tsError `layer-malformed` naming `what` and the member where it went wrong.
 */
export async function scanTar(
  chunks: AsyncIterable<Uint8Array>,
  what: string,
  onMember: (member: TarMemberHead) => void,
  limits: ScanLimits = {},
): Promise<void> {
  const scanner = new TarScanner(what, onMember, limits);
  for await (const chunk of chunks) scanner.push(chunk);
  scanner.end();
}

/** What the blocks to come are. */
type State =
  | { readonly kind: 'header' }
  | { readonly kind: 'meta'; readonly type: string; readonly size: number }
  /** A block of a sparse file's map; the last one's flag is 0. */
  | { readonly kind: 'holes' }
  | { readonly kind: 'end' };

const META_TYPES = new Set(['x', 'g', 'L', 'K']);

/** The walk itself, for who has the tar in pieces: `push` each, then `end`. */
export class TarScanner {
  readonly #limits: Required<ScanLimits>;
  #state: State = { kind: 'header' };
  /** Bytes of contents and padding that still run through. */
  #skip = 0;
  /** How many of them, at their end, are padding. */
  #padding = 0;
  #wanted: Buffer[] = [];
  #wantedBytes = 0;
  /** Bytes taken so far, jumped-over ones with them; and where the block in hand ends. */
  #total = 0;
  #position = 0;
  #sawEmptyBlock = false;
  #last = '';
  /** What the headers before have said about the next member, and about all. */
  #pax = new Map<string, Buffer>();
  #global = new Map<string, Buffer>();
  #longName: string | undefined;
  #longLink: string | undefined;

  constructor(
    readonly what: string,
    readonly onMember: (member: TarMemberHead) => void,
    limits: ScanLimits = {},
  ) {
    this.#limits = { ...DEFAULTS, ...limits };
  }

  /** For who can seek: bytes of content that need not be pushed, and now must not be. */
  jump(): number {
    const jumped = this.#state.kind === 'header' ? this.#skip : 0;
    this.#skip -= jumped;
    this.#total += jumped;
    return jumped;
  }

  push(chunk: Uint8Array): void {
    const start = this.#total;
    this.#total += chunk.length;
    if (this.#total > this.#limits.maxBytes) {
      throw this.#malformed(`it is larger than ${this.#limits.maxBytes} bytes when unpacked`);
    }
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (at < bytes.length) {
      if (this.#state.kind === 'end') return;
      if (this.#skip > 0 && this.#state.kind === 'header') {
        const passed = Math.min(this.#skip, bytes.length - at);
        this.#skip -= passed;
        at += passed;
        continue;
      }
      const need = this.#state.kind === 'meta' ? padded(this.#state.size) : BLOCK;
      const part = bytes.subarray(at, at + need - this.#wantedBytes);
      at += part.length;
      this.#position = start + at;
      if (this.#wantedBytes === 0 && part.length === need) this.#take(part);
      else {
        // A copy: the chunk's memory may be used again before the rest has come.
        this.#wanted.push(Buffer.from(part));
        this.#wantedBytes += part.length;
        if (this.#wantedBytes < need) continue;
        const whole = Buffer.concat(this.#wanted);
        this.#wanted = [];
        this.#wantedBytes = 0;
        this.#take(whole);
      }
    }
  }

  /** True once the two empty blocks have come that end a tar; some writers leave them out. */
  get isEnded(): boolean {
    return this.#state.kind === 'end';
  }

  end(): void {
    const { kind } = this.#state;
    // Some writers end with one empty block, or none, or (umoci insert) without the last padding: what counts is that no
    // member was cut. Go's reader, which is that of the engines, has it so.
    if (kind === 'meta' || kind === 'holes' || this.#skip > this.#padding || this.#wantedBytes > 0)
      throw this.#malformed('it is cut off');
  }

  #take(bytes: Buffer): void {
    if (this.#state.kind === 'meta') {
      this.#meta(this.#state.type, bytes.subarray(0, this.#state.size));
      this.#state = { kind: 'header' };
      return;
    }
    if (this.#state.kind === 'holes') {
      if (bytes[504] !== 1) this.#state = { kind: 'header' };
      return;
    }
    if (bytes.every((byte) => byte === 0)) {
      if (this.#sawEmptyBlock) this.#state = { kind: 'end' };
      this.#sawEmptyBlock = true;
      return;
    }
    this.#sawEmptyBlock = false;
    const header = parseHeader(bytes);
    if (typeof header === 'string') throw this.#malformed(header);
    if (META_TYPES.has(header.type)) {
      if (header.size > this.#limits.maxMetaBytes) {
        throw this.#malformed(`a header of ${header.size} bytes is larger than any name or attribute needs`);
      }
      this.#state = { kind: 'meta', type: header.type, size: header.size };
      if (header.size === 0) this.#take(Buffer.alloc(0));
      return;
    }
    this.#member(header);
  }

  #meta(type: string, bytes: Buffer): void {
    if (type === 'L') this.#longName = untilNul(bytes);
    else if (type === 'K') this.#longLink = untilNul(bytes);
    else {
      const records = paxRecords(bytes);
      if (records === undefined) throw this.#malformed('its pax records are not valid');
      if (type === 'g') this.#global = new Map([...this.#global, ...records]);
      else this.#pax = new Map([...this.#pax, ...records]);
    }
  }

  #member(header: RawHeader): void {
    const pax = (key: string): string | undefined =>
      (this.#pax.get(key) ?? this.#global.get(key))?.toString();
    const path = pax('path') ?? this.#longName ?? header.path;
    this.#last = path;
    const number = (key: string, fallback: number): number => {
      const text = pax(key);
      if (text === undefined) return fallback;
      const value = Number(text);
      if (!Number.isSafeInteger(value) || value < 0) throw this.#malformed(`its ${key} is ${text}`);
      return value;
    };
    const size = number('size', header.size);
    // Links, folders, devices and fifos have no content, whatever their size says (pax, "size").
    const content = '123456'.includes(header.type) ? 0 : size;
    this.#skip = padded(content);
    this.#padding = this.#skip - content;
    if (header.moreHoles) this.#state = { kind: 'holes' };
    this.onMember({
      path,
      type: header.type,
      mode: header.mode,
      uid: number('uid', header.uid),
      gid: number('gid', header.gid),
      linkpath: pax('linkpath') ?? this.#longLink ?? header.linkpath,
      mtime: Math.floor(Number(pax('mtime') ?? header.mtime)) || 0,
      size,
      offset: this.#position,
      xattrs: xattrsOf(this.#pax),
    });
    if (this.#pax.size > 0) this.#pax = new Map();
    this.#longName = undefined;
    this.#longLink = undefined;
  }

  #malformed(reason: string): S6tsError {
    const where = this.#last === '' ? 'at its first member' : `at or after ${JSON.stringify(this.#last)}`;
    return new S6tsError('layer-malformed', `${this.what} is refused: ${reason}, ${where}`, {
      what: this.what,
    });
  }
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end < 0 ? bytes.length : end).toString();
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
