/** How a file's or blob's bytes are packed. */
export type Packing = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2';

/** By the first bytes, for file names and media types lie (RFC 1952, RFC 8878, The .xz File Format, bzip2's "BZh"). */
const MAGIC: readonly (readonly [Packing, string])[] = [
  ['gzip', '1f8b'],
  ['zstd', '28b52ffd'],
  ['xz', 'fd377a585a00'],
  ['bzip2', '425a68'],
];

/** Bytes that `packingIn` looks at. */
export const MAGIC_BYTES = 6;

/** How something that begins so is packed. */
export function packingIn(head: Uint8Array): Packing {
  const text = Buffer.from(head).toString('hex');
  return MAGIC.find(([, magic]) => text.startsWith(magic))?.[0] ?? 'none';
}
