import { refused } from './edit.js';
import { PT_LOAD, type Elf, type Segment } from './elf.js';

/** Program header of the unwind tables (Linux Standard Base, "Program Header"): of no use once they are gone. */
const PT_GNU_EH_FRAME = 0x6474e550;
/** No C++ exception, and no cancelled thread, passes through our programs. */
const UNWIND_TABLES = ['.eh_frame_hdr', '.eh_frame', '.gcc_except_table'];
/** The old hash table of symbols: the loader takes the new one, .gnu.hash, where there is one. */
const OLD_HASH = '.hash';

/** Zeroes in place what is mapped and never read, for zeros compress to nothing. */
export function zeroUnneeded(bytes: Uint8Array, elf: Elf, what: string): void {
  const hasNewHash = elf.sections.some(({ name }) => name === '.gnu.hash');
  for (const name of [...UNWIND_TABLES, ...(hasNewHash ? [OLD_HASH] : [])]) {
    const found = elf.sections.filter((section) => section.name === name);
    // 32-bit ARM keeps its tables elsewhere (.ARM.exidx).
    if (found.length > 1) throw refused(what, `${name}: found ${found.length} times, expected 1`);
    for (const { offset, size } of found) bytes.fill(0, offset, offset + size);
  }
}

/**
 * Takes the whole pages of the zeroed unwind tables out of the file. Every address stays what it was: the segment that
 * held them becomes two, with a hole between, and the second takes the program header of the tables. What lies
 * behind the hole moves by whole pages of the segment's alignment, so that it can be mapped where it was (elf(5):
 * p_offset and p_vaddr are congruent modulo p_align). Where no page is free the bytes stay as they are.
 */
export function cutUnwindTables(bytes: Uint8Array, elf: Elf, what: string): Uint8Array {
  const tables = elf.sections.filter(({ name }) => UNWIND_TABLES.includes(name));
  const spare = elf.segments.find(({ type }) => type === PT_GNU_EH_FRAME);
  if (tables.length === 0 || spare === undefined) return bytes;
  const [start, end] = rangeOf(tables);
  const home = elf.segments.find((segment) => segment.type === PT_LOAD && holds(segment, start, end));
  if (home === undefined) throw refused(what, 'its unwind tables do not lie in one segment');
  const [from, to] = [roundUp(start, home.align), end - (end % home.align)];
  if (from >= to) return bytes;
  if (bytes.subarray(from, to).some((byte) => byte !== 0)) {
    throw refused(what, 'something else lies between its unwind tables');
  }
  const copy = Uint8Array.from(bytes);
  writeHeaders(copy, elf, { home, spare, from, to });
  return Buffer.concat([copy.subarray(0, from), copy.subarray(to)]);
}

interface Cut {
  readonly home: Segment;
  readonly spare: Segment;
  /** Offsets in the file, before the cut. */
  readonly from: number;
  readonly to: number;
}

/** The program headers after the cut, in the places of the old ones: those of PT_LOAD must ascend by address. */
function writeHeaders(bytes: Uint8Array, elf: Elf, { home, spare, from, to }: Cut): void {
  const size = elf.bits === 64 ? 56 : 32;
  const [at, word] = elf.bits === 64 ? [FIELDS_64, 8] : [FIELDS_32, 4];
  const little = elf.endian === 'little';
  const put = (header: Uint8Array, field: number, value: number): void => {
    const target = new DataView(header.buffer, header.byteOffset, header.byteLength);
    if (word === 8) target.setBigUint64(field, BigInt(value), little);
    else target.setUint32(field, value, little);
  };
  const headerOf = ({ headerAt }: Segment): Uint8Array => bytes.slice(headerAt, headerAt + size);
  const table = Math.min(...elf.segments.map(({ headerAt }) => headerAt));
  const headers = elf.segments
    .filter((segment) => segment !== spare)
    .flatMap((segment) => {
      const header = headerOf(segment);
      if (segment === home) {
        const second = headerOf(home);
        const first = from - home.offset;
        for (const field of [at.fileSize, at.memorySize]) put(header, field, first);
        const rest = home.offset + home.fileSize - to;
        for (const field of [at.fileSize, at.memorySize]) put(second, field, rest);
        for (const field of [at.address, at.physical]) put(second, field, home.address + to - home.offset);
        put(second, at.offset, from);
        return [header, second];
      }
      if (segment.offset >= to) put(header, at.offset, segment.offset - (to - from));
      return [header];
    });
  headers.forEach((header, index) => bytes.set(header, table + index * size));
}

/** Where a program header keeps its fields (elf(5)). */
const FIELDS_64 = { offset: 8, address: 16, physical: 24, fileSize: 32, memorySize: 40 };
const FIELDS_32 = { offset: 4, address: 8, physical: 12, fileSize: 16, memorySize: 20 };

function rangeOf(sections: readonly { readonly offset: number; readonly size: number }[]): [number, number] {
  return [
    Math.min(...sections.map(({ offset }) => offset)),
    Math.max(...sections.map(({ offset, size }) => offset + size)),
  ];
}

function holds({ offset, fileSize }: Segment, start: number, end: number): boolean {
  return start >= offset && end <= offset + fileSize;
}

function roundUp(value: number, align: number): number {
  return Math.ceil(value / align) * align;
}
