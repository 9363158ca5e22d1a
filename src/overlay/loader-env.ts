import type { Architecture } from './architecture.js';
import type { Pattern } from './edit.js';

/** How the loader's test of the letters "LD_" looks in an architecture's machine code, and how 'L' becomes 1 there. */
interface LetterTest {
  readonly regex: RegExp;
  readonly edit: (match: Buffer) => void;
}

function setByte(index: number, value: number): LetterTest['edit'] {
  return (match) => match.writeUInt8(value, index);
}

/* eslint-disable no-control-regex -- these are machine instructions */
const X86: LetterTest = {
  regex: /\x80[\x38-\x3f]\x4c\x75.\x80.\x01\x44\x75.\x80.\x02\x5f\x75/gs, // cmpb $'L',(r); jne; cmpb $'D',1(r); …
  edit: setByte(2, 1),
};

/** By seed name. `_dl_next_ld_env_entry` (glibc elf/dl-environ.c) compares each letter with an immediate. */
const LETTER_TESTS: Readonly<Record<string, LetterTest>> = {
  amd64: X86,
  x86: X86,
  armhf: { regex: /\x4c[\x28-\x2f].{4}\x44[\x28-\x2f].{4}\x5f[\x28-\x2f]/gs, edit: setByte(0, 1) }, // cmp r, #'L'
  aarch64: {
    regex: /.[\x30-\x33]\x01\x71.{8}.[\x10-\x13]\x01\x71.{8}.[\x7c-\x7f]\x01\x71/gs, // cmp w, #'L': imm12 in bits 10-21
    edit: (match) => match.writeUInt32LE((match.readUInt32LE(0) & ~(0xfff << 10)) | (1 << 10), 0),
  },
  riscv64: {
    regex: /(?:\x93|\x13).\xc0\x04(?:\x93|\x13).\x40\x04/gs, // li r, 'L'; li r, 'D': imm in bits 20-31
    edit: (match) => match.writeUInt16LE(0x0010, 2),
  },
  ppc64le: {
    regex: /\x4c\x00.[\x2c-\x2f].{8}\x44\x00.[\x2c-\x2f].{8}\x5f\x00.[\x2c-\x2f]/gs,
    edit: setByte(0, 1),
  },
  s390x: { regex: /\x95\x4c.\x00.{4}\x95\x44.\x01.{4}\x95\x5f.\x02/gs, edit: setByte(1, 1) }, // cli 0(r), 'L'
};
/* eslint-enable no-control-regex */

/** The edit that makes the loader take no variable for one of its own; undefined where it isn't known yet. */
export function ignoreLoaderVariables(
  architecture: Architecture,
): { readonly pattern: Pattern; readonly replace: (match: string) => string } | undefined {
  const test = LETTER_TESTS[architecture.seed];
  if (test === undefined) return undefined;
  return {
    pattern: { name: 'the test of "LD_"', regex: test.regex, count: 1 },
    replace: (match) => {
      const bytes = Buffer.from(match, 'latin1');
      test.edit(bytes);
      return bytes.toString('latin1');
    },
  };
}
