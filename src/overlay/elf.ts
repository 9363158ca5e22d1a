import { S6tsError } from '../base/error.js';

/** e_type, p_type and d_tag values that we look at (elf(5)). */
export const ET_DYN = 3;
export const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NULL = 0;
const DT_NEEDED = 1;
const DT_STRTAB = 5;

export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly align: number;
  /** Where its program header stands in the file. */
  readonly headerAt: number;
}

export interface Section {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** What the overlay needs to know of an ELF file. All numbers are file offsets or bytes but for `address`. */
export interface Elf {
  readonly bits: 32 | 64;
  readonly endian: 'little' | 'big';
  readonly type: number;
  readonly machine: number;
  readonly segments: readonly Segment[];
  readonly sections: readonly Section[];
  /** The PT_INTERP segment and its text, when there is one. */
  readonly interpreter: { readonly segment: Segment; readonly path: string } | undefined;
  readonly needed: readonly string[];
  /** Where the header keeps e_shoff, e_shnum and e_shstrndx, and how wide e_shoff is. */
  readonly sectionFields: { readonly shoff: number; readonly width: 4 | 8; readonly shnum: number };
}

/** True when bytes begin like an ELF file. */
export function isElf(bytes: Uint8Array): boolean {
  return (
    bytes.length > 64 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46
  );
}

/** Reads an ELF file (elf(5)). @throws S6tsError `elf-malformed` naming `what`. */
export function readElf(bytes: Uint8Array, what: string): Elf {
  try {
    return parse(bytes);
  } catch (cause) {
    throw new S6tsError('elf-malformed', `${what} is no ELF file that we can read`, { what, cause });
  }
}

type Width = 2 | 4 | 8;

function parse(bytes: Uint8Array): Elf {
  if (!isElf(bytes)) throw new Error('no ELF magic');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = view.getUint8(4) === 2;
  const little = view.getUint8(5) === 1;
  const read = (offset: number, width: Width): number => {
    if (width === 2) return view.getUint16(offset, little);
    return width === 4 ? view.getUint32(offset, little) : Number(view.getBigUint64(offset, little));
  };
  const word: Width = wide ? 8 : 4;
  const segments = table(read(wide ? 0x20 : 0x1c, word), wide ? 56 : 32, read(wide ? 0x38 : 0x2c, 2)).map(
    (at): Segment => ({
      type: read(at, 4),
      offset: read(at + (wide ? 8 : 4), word),
      address: read(at + (wide ? 16 : 8), word),
      fileSize: read(at + (wide ? 32 : 16), word),
      align: read(at + (wide ? 48 : 28), word),
      headerAt: at,
    }),
  );
  for (const segment of segments) {
    if (segment.offset + segment.fileSize > bytes.length) throw new Error('a segment ends behind the file');
  }
  const headers = table(read(wide ? 0x28 : 0x20, word), wide ? 64 : 40, read(wide ? 0x3c : 0x30, 2));
  const rawSections = headers.map((at) => ({
    nameAt: read(at, 4),
    offset: read(at + (wide ? 24 : 16), word),
    size: read(at + (wide ? 32 : 20), word),
  }));
  const names = rawSections[read(wide ? 0x3e : 0x32, 2)];
  const interp = segments.find((segment) => segment.type === PT_INTERP);
  return {
    bits: wide ? 64 : 32,
    endian: little ? 'little' : 'big',
    type: read(16, 2),
    machine: read(18, 2),
    segments,
    sections: rawSections.map(({ nameAt, offset, size }) => ({
      name: names === undefined ? '' : stringAt(bytes, names.offset + nameAt),
      offset,
      size,
    })),
    interpreter: interp && { segment: interp, path: stringAt(bytes, interp.offset) },
    needed: neededOf(bytes, segments, (offset) => read(offset, word), word),
    sectionFields: { shoff: wide ? 0x28 : 0x20, width: wide ? 8 : 4, shnum: wide ? 0x3c : 0x30 },
  };
}

function table(offset: number, entrySize: number, count: number): number[] {
  return offset === 0 ? [] : Array.from({ length: count }, (_, index) => offset + index * entrySize);
}

function stringAt(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  if (offset >= bytes.length || end < 0) throw new Error('a string ends behind the file');
  return Buffer.from(bytes.subarray(offset, end)).toString('latin1');
}

function neededOf(
  bytes: Uint8Array,
  segments: readonly Segment[],
  read: (offset: number) => number,
  word: number,
): string[] {
  const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
  if (dynamic === undefined) return [];
  const entries: { tag: number; value: number }[] = [];
  for (let at = dynamic.offset; at + 2 * word <= dynamic.offset + dynamic.fileSize; at += 2 * word) {
    const tag = read(at);
    if (tag === DT_NULL) break;
    entries.push({ tag, value: read(at + word) });
  }
  const strings = entries.find(({ tag }) => tag === DT_STRTAB);
  const home = segments.find(
    ({ type, address, fileSize }) =>
      type === PT_LOAD &&
      strings !== undefined &&
      strings.value >= address &&
      strings.value < address + fileSize,
  );
  if (strings === undefined || home === undefined) return [];
  const base = strings.value - home.address + home.offset;
  return entries.filter(({ tag }) => tag === DT_NEEDED).map(({ value }) => stringAt(bytes, base + value));
}
