/** The fields of one 512-byte header that a file system is made of (pax, "ustar Header Block"; GNU tar's additions). */
export interface RawHeader {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content. */
  readonly size: number;
  /** Seconds since 1970; 0 for what is no such number, for nothing depends on it. */
  readonly mtime: number;
  readonly linkpath: string;
  /** True where a map of holes goes on in blocks of its own (GNU tar, "Old GNU Format"). */
  readonly moreHoles: boolean;
}

const CHECKSUM = { at: 148, length: 8 } as const;
const SPACE = 0x20;

/** Reads a header block; a string says what is wrong with it. */
export function parseHeader(block: Buffer): RawHeader | string {
  if (!checksumIsRight(block)) return 'the checksum of a header is wrong';
  const numbers = {
    mode: number(block, 100, 8),
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (value === undefined) return `the ${name} in a header is no number`;
  }
  const { mode = 0, uid = 0, gid = 0, size = 0 } = numbers;
  const flag = block[156] ?? 0;
  const name = text(block, 0, 100);
  // Only POSIX ustar has a prefix there; GNU's old format has times in its place.
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? text(block, 345, 155) : '';
  const type = flag === 0 ? '0' : String.fromCharCode(flag);
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    // Before POSIX a final slash made a folder.
    type: type === '0' && name.endsWith('/') ? '5' : type,
    mode: mode % 0o10000,
    uid,
    gid,
    size,
    mtime: number(block, 136, 12) ?? 0,
    linkpath: text(block, 157, 100),
    moreHoles: type === 'S' && block[482] === 1,
  };
}

/** `LENGTH KEY=VALUE\n`, the value of any bytes (pax, "Extended Header"); undefined where they are not well-formed. */
export function paxRecords(bytes: Buffer): Map<string, Buffer> | undefined {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(SPACE, at);
    if (space < 0 || space - at > 20) return undefined;
    const length = Number(bytes.toString('latin1', at, space));
    const end = at + length;
    const equals = bytes.indexOf('=', space);
    if (!Number.isSafeInteger(length) || end > bytes.length || bytes[end - 1] !== 0x0a) return undefined;
    if (equals < 0 || equals >= end) return undefined;
    records.set(bytes.toString('utf8', space + 1, equals), Buffer.from(bytes.subarray(equals + 1, end - 1)));
    at = end;
  }
  return records;
}

const XATTR = 'SCHILY.xattr.';
const NO_XATTRS: ReadonlyMap<string, Uint8Array> = new Map();

/** The extended attributes among pax records. */
export function xattrsOf(pax: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Uint8Array> {
  if (pax.size === 0) return NO_XATTRS;
  const found = [...pax].filter(([key]) => key.startsWith(XATTR));
  return found.length === 0
    ? NO_XATTRS
    : new Map(found.map(([key, value]) => [key.slice(XATTR.length), value]));
}

/** Old tars summed signed bytes: both sums are right. */
function checksumIsRight(block: Buffer): boolean {
  const wanted = number(block, CHECKSUM.at, CHECKSUM.length);
  let unsigned = 0;
  let signed = 0;
  // A counting loop: this runs for each of a million headers.
  for (let index = 0; index < block.length; index += 1) {
    const byte = block[index] ?? 0;
    const inside = index >= CHECKSUM.at && index < CHECKSUM.at + CHECKSUM.length;
    unsigned += inside ? SPACE : byte;
    signed += inside ? SPACE : byte > 127 ? byte - 256 : byte;
  }
  return wanted === unsigned || wanted === signed;
}

/** Octal digits, or GNU's base 256 where the first bit is set; undefined for anything else, and what a double can't hold. */
function number(block: Buffer, at: number, length: number): number | undefined {
  if (((block[at] ?? 0) & 0x80) !== 0) {
    let value = (block[at] ?? 0) & 0x7f;
    // 0x40: a negative number.
    if (value >= 0x40) return undefined;
    for (const byte of block.subarray(at + 1, at + length)) value = value * 256 + byte;
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = block
    .toString('latin1', at, at + length)
    .replace(/\0[^]*$/, '')
    .trim();
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

function text(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}
