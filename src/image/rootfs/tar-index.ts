import { createHash } from 'node:crypto';
import type { Digest } from '../../base/digest.js';
import { reasonOf, S6tsError } from '../../base/error.js';
import type { Architecture } from '../../overlay/architecture.js';
import type { ImageTree } from '../image.js';
import { layeredTree } from '../tree/layered-tree.js';
import { LayerIndexBuilder } from '../tree/layer-index.js';
import { TarScanner } from '../tree/tar-scan.js';
import { MachineCount } from './machine-count.js';

/** What is known of a root file system's tar after one reading. */
export interface TarIndex {
  /** SHA-256 of the tar. */
  readonly diffId: Digest;
  /** Bytes of the tar. */
  readonly size: number;
  readonly tree: ImageTree;
  /** The architecture of most of its ELF files; undefined where there is none of one that we know. */
  readonly architecture: Architecture | undefined;
  /** The date of its newest entry, seconds since 1970. */
  readonly newest: number;
}

/**
 * Reads a root file system's tar once, in memory that grows with its names only.
 * @throws S6tsError `rootfs-entry` naming an entry that is absolute, leads out with `..` or is a layer's whiteout;
 * `rootfs-malformed` for what is no whole tar
 */
export async function indexTar(tar: AsyncIterable<Uint8Array>, what: string): Promise<TarIndex> {
  const machines = new MachineCount();
  const builder = new LayerIndexBuilder(what);
  const hash = createHash('sha256');
  let [size, newest, members] = [0, 0, 0];
  const scanner = new TarScanner(what, (member) => {
    checkName(member.path, what);
    newest = Math.max(newest, member.mtime);
    members += 1;
    if (member.type === '0' || member.type === '7') machines.expect(member.offset, member.size);
    builder.add(member);
  });
  try {
    for await (const chunk of tar) {
      hash.update(chunk);
      size += chunk.length;
      scanner.push(chunk);
      machines.push(chunk);
    }
    scanner.end();
  } catch (error) {
    throw malformed(error, what);
  }
  if (!scanner.isEnded && size > 0) throw malformed(new Error('its end is missing'), what);
  if (members === 0) throw malformed(new Error('it is empty'), what);
  const diffId: Digest = `sha256:${hash.digest('hex')}`;
  const tree = layeredTree([builder.build()]);
  return { diffId, size, tree, architecture: machines.most(), newest };
}

function checkName(path: string, what: string): void {
  const parts = path.split('/');
  if (path.startsWith('/') || path.includes('\0') || parts.includes('..')) {
    throw refused(what, path, 'it leads out of the root');
  }
  if (parts.some((part) => part.startsWith('.wh.'))) {
    throw refused(what, path, 'in a layer that name deletes a file');
  }
}

function refused(what: string, path: string, why: string): S6tsError {
  return new S6tsError('rootfs-entry', `${what} is refused for its entry ${JSON.stringify(path)}: ${why}`, {
    what: path,
    hint: 'pack the root file system anew: tar -C ROOT -cf root.tar .',
  });
}

function malformed(fault: unknown, what: string): S6tsError {
  if (fault instanceof S6tsError && fault.code !== 'layer-malformed') return fault;
  return new S6tsError('rootfs-malformed', `${what} is no root file system: ${reasonOf(fault)}`, {
    what,
    cause: fault,
    hint: 'give a folder, or a tar of one: plain, gzip, xz or zstd',
  });
}
