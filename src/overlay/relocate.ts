import type { Architecture } from './architecture.js';
import { editInPlace, literally, refused } from './edit.js';
import { ET_DYN, type Elf, readElf } from './elf.js';
import { ignoreLoaderVariables } from './loader-env.js';
import { cutUnwindTables, zeroUnneeded } from './unneeded-tables.js';

/** Where the private loader, its libraries and the name service's configuration lie; all named in binaries. */
export const LOADER = '/usr/lib/s6/ld';
const LIBRARIES = '/usr/lib/s6/lib/';
const NSS = '/usr/lib/s6/nss.rc';
const PROGRAMS = '/usr/lib/s6/bin/';

/** A program that finds the private loader, and the others of us at our paths. A changed copy; `bytes` stay. */
export function relocateProgram(bytes: Uint8Array, architecture: Architecture, what: string): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const elf = readElfFor(copy, architecture, what);
  setInterpreter(copy, elf, what);
  moveS6Programs(copy, what);
  moveExeclinePrograms(copy, what);
  zeroUnneeded(copy, elf, what);
  return assertNoOldPath(withoutSectionHeaders(copy, elf), what);
}

/** A skaware library: the paths of programs that it runs. */
export function relocateLibrary(bytes: Uint8Array, architecture: Architecture, what: string): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const elf = readElfFor(copy, architecture, what);
  moveS6Programs(copy, what);
  moveExeclinePrograms(copy, what);
  zeroUnneeded(copy, elf, what);
  return assertNoOldPath(withoutSectionHeaders(copy, elf), what);
}

/** The dynamic loader: it looks for libraries in our folder alone, and no environment or file steers it. */
export function relocateLoader(bytes: Uint8Array, architecture: Architecture, what: string): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const elf = readElfFor(copy, architecture, what);
  setLibraryFolders(copy, architecture, what);
  forgetCacheAndPreload(copy, what);
  ignoreTunables(copy, what);
  ignoreLdVariables(copy, architecture, what);
  zeroUnneeded(copy, elf, what);
  return withoutSectionHeaders(copy, elf);
}

/** The C library: accounts come from files only, whatever the image's nsswitch.conf says. */
export function relocateLibc(bytes: Uint8Array, architecture: Architecture, what: string): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const elf = readElfFor(copy, architecture, what);
  useOwnNssFile(copy, what);
  forgetConverters(copy, architecture, what);
  zeroUnneeded(copy, elf, what);
  return cutUnwindTables(withoutSectionHeaders(copy, elf), elf, what);
}

function readElfFor(bytes: Uint8Array, architecture: Architecture, what: string): Elf {
  const elf = readElf(bytes, what);
  const { bits, endian, machine } = architecture.elf;
  if (elf.bits !== bits || elf.endian !== endian || elf.machine !== machine) {
    throw refused(what, `it is for ELF machine ${elf.machine}, not for ${architecture.seed}`);
  }
  if (elf.type !== ET_DYN) throw refused(what, 'it is not position-independent');
  return elf;
}

/** Edit 1. The kernel reads the name up to its NUL; p_filesz is kept. */
function setInterpreter(bytes: Uint8Array, elf: Elf, what: string): void {
  const segment = elf.interpreter?.segment;
  if (segment === undefined) throw refused(what, 'it names no dynamic loader');
  if (segment.fileSize <= LOADER.length) throw refused(what, 'the name of its loader is shorter than ours');
  bytes.fill(0, segment.offset, segment.offset + segment.fileSize);
  bytes.set(Buffer.from(LOADER, 'latin1'), segment.offset);
}

/** Edit 2. The loader's list of system folders, as one string with NULs, twice: for look-ups and for messages. */
function setLibraryFolders(bytes: Uint8Array, { multiarch }: Architecture, what: string): void {
  const folders = [`/lib/${multiarch}/`, `/usr/lib/${multiarch}/`, '/lib/', '/usr/lib/'];
  const own = folders.map((folder) =>
    folder.length >= LIBRARIES.length
      ? LIBRARIES.padEnd(folder.length, '/')
      : // Too short for our path: a name that nobody has.
        `/${'\u0001'.repeat(folder.length - 2)}/`,
  );
  const blob = (list: readonly string[]): string => list.map((folder) => `${folder}\0`).join('');
  const regex = new RegExp(literally(blob(folders)), 'gs');
  editInPlace(bytes, what, { name: "the loader's folders", regex, count: 2 }, () => blob(own));
}

/** Edit 3. Neither the image's cache nor its preload list is read. */
function forgetCacheAndPreload(bytes: Uint8Array, what: string): void {
  replaceString(bytes, what, { from: '/etc/ld.so.cache', to: '/usr/lib/s6/none', count: 1 });
  replaceString(bytes, what, { from: '/etc/ld.so.preload', to: '/usr/lib/s6///none', count: 1 });
}

/** Edit 3. GLIBC_TUNABLES becomes a name that no environment has. */
function ignoreTunables(bytes: Uint8Array, what: string): void {
  replaceString(bytes, what, { from: 'GLIBC_TUNABLES', to: 'GLIBC\u0001TUNABLES', count: 3 });
}

/** Edit 4. An image's LD_PRELOAD would break our programs under with-contenv; they pass it on unread. */
function ignoreLdVariables(bytes: Uint8Array, architecture: Architecture, what: string): void {
  const edit = ignoreLoaderVariables(architecture);
  if (edit === undefined)
    throw refused(what, `no way is known to make the loader of ${architecture.seed} ignore LD_*`);
  editInPlace(bytes, what, edit.pattern, edit.replace);
}

/** Edit 5. */
function useOwnNssFile(bytes: Uint8Array, what: string): void {
  replaceString(bytes, what, { from: '/etc/nsswitch.conf', to: NSS, count: 1 });
}

/** The image's character-set converters (gconv) were made for another libc: no folder is left to load them from. */
function forgetConverters(bytes: Uint8Array, { multiarch }: Architecture, what: string): void {
  const regex = new RegExp(`${literally(`/usr/lib/${multiarch}/`)}(?=gconv)`, 'gs');
  const pattern = { name: 'the folder of gconv', regex, count: 2 };
  editInPlace(bytes, what, pattern, (match) => '/usr/lib/s6/none/'.padEnd(match.length, '/'));
}

/** Replaces a whole C string: messages that only mention it stay. */
function replaceString(
  bytes: Uint8Array,
  what: string,
  { from, to, count }: { readonly from: string; readonly to: string; readonly count: number },
): void {
  const regex = new RegExp(`\0${literally(from)}(?=\0)`, 'gs');
  editInPlace(bytes, what, { name: from, regex, count }, () => `\0${to}`);
}

/** `/usr/bin/` before a program of s6, or execlineb in a script that one writes, becomes `/command/`: as long. */
function moveS6Programs(bytes: Uint8Array, what: string): void {
  const pattern = { name: '/usr/bin/s6-', regex: /\/usr\/bin\/(?=s6-|execlineb)/gs, count: 'any' } as const;
  editInPlace(bytes, what, pattern, () => '/command/');
}

/** `/usr/lib/execline/bin/` becomes our folder, padded with slashes. */
function moveExeclinePrograms(bytes: Uint8Array, what: string): void {
  const pattern = {
    name: '/usr/lib/execline/bin/',
    regex: /\/usr\/lib\/execline\/bin\//gs,
    count: 'any',
  } as const;
  editInPlace(bytes, what, pattern, (match) => PROGRAMS.padEnd(match.length, '/'));
}

/** Edit 6. Nothing at run time reads the section headers; what lies behind the last segment goes with them. */
function withoutSectionHeaders(bytes: Uint8Array, elf: Elf): Uint8Array {
  const { shoff, width, shnum } = elf.sectionFields;
  bytes.fill(0, shoff, shoff + width);
  bytes.fill(0, shnum, shnum + 4); // e_shnum and e_shstrndx, two bytes each
  const end = Math.max(...elf.segments.map((segment) => segment.offset + segment.fileSize));
  return bytes.slice(0, end);
}

/** What must not be named any more by a program or library of ours: the image's loader, and Debian's places. */
const OLD_PATH = /\/usr\/bin\/[\w-]|\/usr\/lib\/execline|\/lib(?:32|64)?\/ld[-\w.]*\.so/s;

function assertNoOldPath(bytes: Uint8Array, what: string): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const left = OLD_PATH.exec(text);
  if (left !== null)
    throw refused(what, `it still names ${JSON.stringify(text.slice(left.index, left.index + 40))}`);
  return bytes;
}
