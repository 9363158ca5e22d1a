import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { readOverlay } from '../../src/overlay/overlay-file.js';
import { releaseTarball } from './release.js';
import { tarOf, type Files, type FileSpec } from './tarball.js';

const run = promisify(execFile);
const LAUNCHER = fileURLToPath(new URL('../fixtures/static-launcher.c', import.meta.url));

/** The manifest of the releases that `skawareRelease` makes. */
export const MANIFEST = 'skalibs=2.14.3.0\nexecline=2.9.6.1\ns6=2.13.1.0\ns6-portable-utils=2.3.0.4\n\n';

let compiled: Promise<Buffer> | undefined;

/** The static program that starts /real/bin/NAME. */
export function staticLauncher(): Promise<Buffer> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 's6ts-launcher-'));
  try {
    const flags = ['-O1', '-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector'];
    await run('clang', [...flags, '-Wl,--build-id=none', '-o', join(folder, 'launcher'), LAUNCHER]);
    return await readFile(join(folder, 'launcher'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What Debian's programs are called, and, for the image that the launchers run in, where they lie there. */
export async function realSkaware(): Promise<{ names: readonly string[]; files: Files }> {
  const { tree } = await readOverlay(await readFile(await releaseTarball()), 'the release');
  const files: Record<string, FileSpec> = {};
  const names: string[] = [];
  for (const [path, entry] of tree) {
    if (entry.kind !== 'file' || basename(path).startsWith('s6-overlay-')) continue;
    const program = /^usr\/lib\/s6\/(?:bin|libexec)\/(.+)$/.exec(path)?.[1];
    if (program !== undefined) names.push(program);
    else if (!/^usr\/lib\/s6\/(?:ld|nss\.rc|lib\/)/.test(path)) continue;
    const place = program === undefined ? `/${path}` : `/real/bin/${program}`;
    files[place] = { text: entry.bytes, mode: entry.mode };
  }
  return { names, files };
}

/** An archive of programs as the seed's builder made them: below ./bin, by GNU tar's way of writing names. */
export function archiveOf(files: Files): Buffer {
  const root = { '/.': { folder: 0o755 }, '/./bin': { folder: 0o755 } };
  const named = Object.entries(files).map(([path, spec]) => [`/.${path}`, spec] as const);
  return gzipSync(tarOf({ ...root, ...Object.fromEntries(named) }));
}

/** The files of a skaware release for amd64: name → bytes. */
export async function skawareRelease(): Promise<Map<string, Uint8Array>> {
  const text = await staticLauncher();
  const { names } = await realSkaware();
  const programs = (list: readonly string[]): Files =>
    Object.fromEntries(list.map((name) => [`/bin/${name}`, { text, mode: 0o755 }]));
  const isS6 = (name: string): boolean => /^(?:s6-|ucspilogd)/.test(name);
  return new Map<string, Uint8Array>([
    ['manifest-linux.txt', Buffer.from(MANIFEST)],
    ['skalibs-2.14.3.0-linux-amd64-bin.tar.gz', archiveOf({ '/etc/leapsecs.dat': 'leap' })],
    [
      'execline-2.9.6.1-linux-amd64-bin.tar.gz',
      archiveOf({ ...programs(names.filter((name) => !isS6(name))), '/bin/alias': { link: 'foreground' } }),
    ],
    ['s6-2.13.1.0-linux-amd64-bin.tar.gz', archiveOf(programs(names.filter(isS6)))],
    ['s6-portable-utils-2.3.0.4-linux-amd64-bin.tar.gz', archiveOf(programs(['s6-echo', 's6-test']))],
  ]);
}
