import { gzipSync } from 'node:zlib';
import { tarOf, type Files } from './tarball.js';

/** An ar archive of these members. */
export function arOf(members: readonly (readonly [string, Uint8Array])[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from('!<arch>\n')];
  for (const [name, bytes] of members) {
    const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`;
    parts.push(Buffer.from(header, 'latin1'), bytes, Buffer.alloc(bytes.length % 2, '\n'));
  }
  return Buffer.concat(parts);
}

/** A Debian package with these files; its control part is empty, which nobody here reads. */
export function debOf(files: Files): Buffer {
  return arOf([
    ['debian-binary', Buffer.from('2.0\n')],
    ['control.tar.gz', gzipSync(tarOf({}))],
    ['data.tar.gz', gzipSync(tarOf(files))],
  ]);
}
