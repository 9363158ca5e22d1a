import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Architecture } from '../../src/overlay/architecture.js';
import { readDeb } from '../../src/overlay/source/debian/deb.js';
import type { Engine } from './engine.js';
import { fetchPinned } from './pinned-packages.js';
import { overlaid } from './overlaid.js';
import { allReleasesFolder } from './release.js';
import { busyboxRoot } from './roots.js';

const BINFMT = '/proc/sys/fs/binfmt_misc';
/** Made by refreshLock, as the locks of a release. */
const LOCK = fileURLToPath(new URL('../fixtures/busybox.lock.json', import.meta.url));

/** An image of a foreign architecture: its static busybox, our overlay, ENTRYPOINT /init; qemu runs all of it. */
export async function foreignImage(engine: Engine, architecture: Architecture): Promise<string> {
  runByQemu(architecture);
  const busybox = await busyboxOf(architecture);
  const tarball = join(await allReleasesFolder(), `s6-overlay-${architecture.seed}.tar.gz`);
  return overlaid(
    engine,
    `foreign-${architecture.seed}`,
    busyboxRoot({ varRun: 'relative-link', busybox }),
    [],
    tarball,
  );
}

/** Debian's busybox-static for an architecture, by our own fetcher. */
async function busyboxOf(architecture: Architecture): Promise<Buffer> {
  for (const { package: from, bytes } of await fetchPinned(LOCK, architecture)) {
    const entry = (await readDeb(bytes, from.path)).get('usr/bin/busybox');
    if (entry?.kind === 'file') return Buffer.from(entry.bytes);
  }
  throw new Error(`no busybox for ${architecture.seed}`);
}

/**
 * Has the kernel run an architecture's programs by qemu-user (Documentation/admin-guide/binfmt-misc.rst): F opens qemu
 * now, so that containers need none; P hands over argv[0], by which our binaries know who they are.
 */
function runByQemu({ seed, qemu, elf }: Architecture): void {
  if (seed === 'amd64') return;
  if (!existsSync(join(BINFMT, 'register')))
    execFileSync('mount', ['-t', 'binfmt_misc', 'binfmt_misc', BINFMT]);
  const name = `s6ts-${seed}`;
  if (existsSync(join(BINFMT, name))) return;
  const half = (value: number): [number, number] =>
    elf.endian === 'little' ? [value & 0xff, value >> 8] : [value >> 8, value & 0xff];
  const [none, any] = [new Array<number>(8).fill(0), new Array<number>(8).fill(0xff)];
  const magic = [
    0x7f,
    0x45,
    0x4c,
    0x46,
    elf.bits === 64 ? 2 : 1,
    elf.endian === 'little' ? 1 : 2,
    1,
    0,
    ...none,
  ];
  const mask = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, ...any];
  // ET_EXEC and ET_DYN differ in the lowest bit.
  const bytes = [
    [...magic, ...half(2), ...half(elf.machine)],
    [...mask, ...half(0xfffe), ...half(0xffff)],
  ].map((list) => list.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''));
  const line = `:${name}:M:0:${bytes.join(':')}:/usr/bin/qemu-${qemu}-static:FP`;
  try {
    writeFileSync(join(BINFMT, 'register'), line);
  } catch (error) {
    // Another test file may have been quicker.
    if (!existsSync(join(BINFMT, name))) throw error;
  }
}
