import type { Architecture } from '../../architecture.js';
import { isElf, readElf } from '../../elf.js';

/**
 * Why a program can't run in each image of an architecture: it is for another processor, asks for a loader or a
 * library that an image may lack, or is no program at all. Undefined where nothing speaks against it.
 */
export function faultOf(bytes: Uint8Array, architecture: Architecture, path: string): string | undefined {
  if (!isElf(bytes)) {
    return bytes[0] === 0x23 && bytes[1] === 0x21 ? undefined : 'it is neither an ELF program nor a script';
  }
  const { bits, endian, machine, interpreter, needed } = readElf(bytes, path);
  const { elf, seed } = architecture;
  if (machine !== elf.machine || bits !== elf.bits || endian !== elf.endian) {
    return `it is for another processor (ELF machine ${machine}, ${bits} bits) than ${seed}`;
  }
  if (interpreter !== undefined) {
    return `it is not static: it asks for ${interpreter.path}, which an image may lack`;
  }
  return needed.length === 0 ? undefined : `it is not static: it asks for ${needed.join(', ')}`;
}
