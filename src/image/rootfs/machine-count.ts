import { ARCHITECTURES, type Architecture } from '../../overlay/architecture.js';

/** As much of a file as tells its machine. */
const HEAD_BYTES = 20;

/** Counts the machines that the ELF files of a tar are for, as the tar runs through. */
export class MachineCount {
  readonly #files = new Map<Architecture, number>();
  #position = 0;
  #begun: { readonly offset: number; head: Buffer }[] = [];

  /** Tells of a file whose content of `size` bytes begins at `offset` of the tar, before `push` passes that. */
  expect(offset: number, size: number): void {
    if (size >= HEAD_BYTES) this.#begun.push({ offset, head: Buffer.alloc(0) });
  }

  /** Takes the next bytes of the tar. */
  push(chunk: Uint8Array): void {
    this.#begun = this.#begun.filter((file) => {
      const from = file.offset + file.head.length - this.#position;
      const part = chunk.subarray(from, file.offset + HEAD_BYTES - this.#position);
      file.head = Buffer.concat([file.head, part]);
      if (file.head.length < HEAD_BYTES) return true;
      const found = machineOf(file.head);
      if (found !== undefined) this.#files.set(found, (this.#files.get(found) ?? 0) + 1);
      return false;
    });
    this.#position += chunk.length;
  }

  /** That of most of them; undefined where there is none that we know. */
  most(): Architecture | undefined {
    const [most] = [...this.#files].sort(([, a], [, b]) => b - a);
    return most?.[0];
  }
}

/** By the first bytes of an ELF file: class, byte order and machine (elf(5)). */
function machineOf(head: Buffer): Architecture | undefined {
  if (head.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  const endian = head[5] === 1 ? 'little' : 'big';
  const bits = head[4] === 2 ? 64 : 32;
  const machine = endian === 'little' ? head.readUInt16LE(18) : head.readUInt16BE(18);
  return ARCHITECTURES.find(
    ({ elf }) => elf.machine === machine && elf.bits === bits && elf.endian === endian,
  );
}
