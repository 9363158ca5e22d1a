import { S6tsError } from '../base/error.js';

/** The file with the checksums of all tarballs. */
export const CHECKSUMS = 'SHA256SUMS';

/** File name → SHA-256 as 64 hex digits. */
export type Checksums = ReadonlyMap<string, string>;

/** The text that `sha256sum -c` reads (binary mode), sorted by name. */
export function formatChecksums(sums: Checksums): string {
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sha256]) => `${sha256} *${name}\n`)
    .join('');
}

/** Reads what `sha256sum` writes. @throws S6tsError `checksums-malformed` naming the line. */
export function parseChecksums(text: string, what: string): Checksums {
  const sums = new Map<string, string>();
  text.split('\n').forEach((line, index) => {
    if (line === '') return;
    const [, sha256, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (sha256 === undefined || name === undefined || sums.has(name)) {
      throw new S6tsError(
        'checksums-malformed',
        `${what}:${index + 1}: no line of sha256sum, or a second for its file`,
        {
          what,
        },
      );
    }
    sums.set(name, sha256);
  });
  return sums;
}
