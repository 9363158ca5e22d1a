import test from 'ava';
import { S6tsError } from '../../src/base/error.js';
import { parseArchitecture, type Architecture } from '../../src/overlay/architecture.js';
import { isElf, PT_LOAD, readElf, type Elf } from '../../src/overlay/elf.js';
import type { TreeEntry } from '../../src/overlay/tree.js';
import { FRONTED } from '../../src/overlay/source/fronted.js';
import { relocateLibc, relocateLoader, relocateProgram } from '../../src/overlay/relocate.js';
import { bytesOf, realPackages, skawareLock } from '../harness/real-packages.js';

const ARCHITECTURES = Object.keys((await skawareLock()).architectures).map(parseArchitecture);

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function folderOf({ multiarch }: Architecture): string {
  return `usr/lib/${multiarch}`;
}

/** How long PT_INTERP was in Debian's file. */
function segmentBefore(originals: ReadonlyMap<string, TreeEntry>, name: string): number | undefined {
  const path = [`usr/bin/${name}`, `usr/lib/execline/bin/${name}`].find(
    (each) => each !== 'usr/bin/execlineb' && originals.has(each),
  );
  return readElf(bytesOf(originals, path ?? ''), name).interpreter?.segment.fileSize;
}

/** What nothing reads at run time: it is zero in ours, or not there. */
const UNNEEDED = new Set(['.eh_frame_hdr', '.eh_frame', '.gcc_except_table', '.hash']);

/** The bytes that are mapped from `address` on; undefined where nothing is. Program headers may move within the first. */
function mapped(elf: Elf, bytes: Uint8Array, address: number, size: number): (number | undefined)[] {
  const memory: (number | undefined)[] = new Array<undefined>(size).fill(undefined);
  for (const load of elf.segments.filter(({ type }) => type === PT_LOAD)) {
    const from = Math.max(load.address, address);
    const to = Math.min(load.address + load.fileSize, address + size);
    for (let at = from; at < to; at += 1) memory[at - address] = bytes[load.offset + at - load.address];
  }
  return memory;
}

for (const architecture of ARCHITECTURES) {
  const { seed } = architecture;

  test(`${seed}: every program of both packages is there, but for Debian's wrapper`, async (t) => {
    const { originals, tree } = await realPackages(architecture);
    const names = [...originals.keys()]
      .filter((path) => path !== 'usr/bin/execlineb')
      .map((path) => /^usr\/(?:bin|lib\/execline\/bin)\/([^/]+)$/.exec(path)?.[1])
      .filter((name) => name !== undefined);
    const ours = [...tree.keys()]
      .map((path) => /^usr\/lib\/s6\/(?:bin|libexec)\/(.*)$/.exec(path)?.[1])
      .filter((name) => name !== undefined);
    t.true(names.length > 110, String(names.length));
    t.deepEqual(ours.sort(), names.sort());
    for (const name of FRONTED) t.true(tree.has(`usr/lib/s6/libexec/${name}`));
  });

  test(`${seed}: every program names our loader in a segment as long as before, and libraries that we ship`, async (t) => {
    const { originals, tree } = await realPackages(architecture);
    let programs = 0;
    for (const [path, entry] of tree) {
      if (entry.kind !== 'file' || !isElf(entry.bytes)) continue;
      const elf = readElf(entry.bytes, path);
      t.is(elf.sections.length, 0, path);
      for (const name of elf.needed)
        t.true(tree.has(`usr/lib/s6/lib/${name}`) || name === architecture.loader, `${path}: ${name}`);
      if (!/\/(?:bin|libexec)\//.test(path)) continue;
      programs += 1;
      t.is(elf.interpreter?.path, '/usr/lib/s6/ld', path);
      const name = path.slice(path.lastIndexOf('/') + 1);
      t.is(elf.interpreter?.segment.fileSize, segmentBefore(originals, name), path);
    }
    t.true(programs > 110, String(programs));
  });

  test(`${seed}: no old path is left in any file`, async (t) => {
    const { tree } = await realPackages(architecture);
    for (const [path, entry] of tree) {
      if (entry.kind !== 'file') continue;
      const text = latin1(entry.bytes);
      for (const old of [
        '/usr/bin/s6-',
        '/usr/bin/execlineb',
        '/usr/lib/execline',
        `/${folderOf(architecture)}/`,
        '\0/etc/ld.so.cache\0',
        '\0/etc/ld.so.preload\0',
        '\0GLIBC_TUNABLES\0',
        '\0/etc/nsswitch.conf\0',
      ]) {
        t.false(text.includes(old), `${path} holds ${JSON.stringify(old)}`);
      }
    }
  });

  test(`${seed}: what a program runs is looked for at our places`, async (t) => {
    const { tree } = await realPackages(architecture);
    t.true(latin1(bytesOf(tree, 'usr/lib/s6/bin/s6-setuidgid')).includes('/command/s6-applyuidgid\0'));
    t.true(latin1(bytesOf(tree, 'usr/lib/s6/bin/s6-svscan')).includes('/command/s6-supervise\0'));
    t.true(latin1(bytesOf(tree, 'usr/lib/s6/lib/libs6.so.2.13')).includes('/command/s6-ftrigrd\0'));
    t.true(latin1(bytesOf(tree, 'usr/lib/s6/bin/forbacktickx')).includes('/usr/lib/s6/bin///////forstdin\0'));
  });

  test(`${seed}: edits change the bytes that they mean and no others; each stays at its address`, async (t) => {
    const { originals, tree } = await realPackages(architecture);
    let tables = 0;
    for (const [from, to, most] of [
      [`${folderOf(architecture)}/${architecture.loader}`, 'usr/lib/s6/ld', 400],
      [`${folderOf(architecture)}/libc.so.6`, 'usr/lib/s6/lib/libc.so.6', 1000],
      ['usr/bin/s6-svscan', 'usr/lib/s6/bin/s6-svscan', 100],
      [`${folderOf(architecture)}/libs6.so.2.13.1.0`, 'usr/lib/s6/lib/libs6.so.2.13', 100],
    ] as const) {
      const [before, after] = [bytesOf(originals, from), bytesOf(tree, to)];
      t.true(after.length < before.length, 'the section headers are gone');
      const [was, is] = [readElf(before, from), readElf(after, to)];
      const unneeded = was.sections.filter(({ name }) => UNNEEDED.has(name));
      tables += unneeded.length;
      let changed = 0;
      for (const { type, offset, address, fileSize } of was.segments) {
        if (type !== PT_LOAD) continue;
        const now = mapped(is, after, address, fileSize);
        for (let at = 0; at < fileSize; at += 1) {
          const value = now[at];
          if (unneeded.some((each) => offset + at >= each.offset && offset + at < each.offset + each.size)) {
            if ((value ?? 0) !== 0) t.fail(`${to}: a byte of its unneeded tables at ${at} is ${value}`);
          } else if (value !== before[offset + at]) changed += 1;
        }
      }
      t.true(changed > 0 && changed < most, `${to}: ${changed} bytes changed`);
    }
    t.true(tables > 0);
  });

  test(`${seed}: the pages of libc's unwind tables are cut out; its segments still ascend and fit their pages`, async (t) => {
    const { originals, tree } = await realPackages(architecture);
    const original = bytesOf(originals, `${folderOf(architecture)}/libc.so.6`);
    const was = readElf(original, 'libc');
    const bytes = bytesOf(tree, 'usr/lib/s6/lib/libc.so.6');
    const { segments } = readElf(bytes, 'ours');
    t.is(segments.length, was.segments.length);
    const tables = was.sections.filter(
      ({ name }) => name.startsWith('.eh_frame') || name === '.gcc_except_table',
    );
    const loads = segments.filter(({ type }) => type === PT_LOAD);
    const align = Math.max(...loads.map((load) => load.align));
    const expected = tables.reduce((sum, { size }) => sum + size, 0);
    const end = Math.max(...was.segments.map(({ offset, fileSize }) => offset + fileSize));
    const cut = end - bytes.length;
    t.true(cut <= expected && cut > expected - 2 * align, `${cut} of ${expected} bytes cut`);
    t.is(cut % align, 0);
    loads.forEach((load, index) => {
      t.is(load.offset % load.align, load.address % load.align);
      const before = loads[index - 1];
      if (before !== undefined) t.true(before.address + before.fileSize <= load.address);
    });
  });

  test(`${seed}: a loader or libc that differs from the one the edits were made for is refused`, async (t) => {
    const { originals } = await realPackages(architecture);
    const [loader, libc] = [
      `${folderOf(architecture)}/${architecture.loader}`,
      `${folderOf(architecture)}/libc.so.6`,
    ];
    for (const [path, relocate, pattern] of [
      [loader, relocateLoader, '\0/etc/ld.so.cache\0'],
      [loader, relocateLoader, '\0/etc/ld.so.preload\0'],
      [loader, relocateLoader, '\0GLIBC_TUNABLES\0'],
      [loader, relocateLoader, `/lib/${architecture.multiarch}/\0`],
      [libc, relocateLibc, '\0/etc/nsswitch.conf\0'],
    ] as const) {
      const bytes = Buffer.from(bytesOf(originals, path));
      const at = latin1(bytes).indexOf(pattern);
      t.true(at > 0, pattern);
      bytes[at + 2] = 0x7f;
      const error = t.throws(() => relocate(bytes, architecture, path), { instanceOf: S6tsError });
      t.is(error.code, 'relocate-refused');
      t.regex(error.message, /found \d+ times, expected \d+/);
      t.true(error.message.startsWith(path));
    }
  });
}

test('a program of another architecture, a library as program, or no ELF at all is refused', async (t) => {
  const [amd64, aarch64] = [parseArchitecture('amd64'), parseArchitecture('aarch64')];
  const { originals } = await realPackages(amd64);
  const program = bytesOf(originals, 'usr/bin/s6-svc');
  t.regex(
    t.throws(() => relocateProgram(program, aarch64, 's6-svc')).message,
    /ELF machine 62, not for aarch64/,
  );
  const library = bytesOf(originals, 'usr/lib/x86_64-linux-gnu/libs6.so.2.13.1.0');
  t.regex(t.throws(() => relocateProgram(library, amd64, 'libs6')).message, /names no dynamic loader/);
  t.throws(() => relocateProgram(Buffer.from('#!/bin/sh\n'), amd64, 'script'), {
    message: /script is no ELF file/,
  });
  for (const length of [10, 64, 200, 4000]) {
    t.throws(() => relocateProgram(program.slice(0, length), amd64, 'cut'), {
      message: /cut is no ELF file/,
    });
  }
});
