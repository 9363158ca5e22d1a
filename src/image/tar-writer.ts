import { Header } from 'tar/header';

const BLOCK = 512;

/** What ends a tar: two empty blocks (pax, "ustar Interchange Format"). */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** One member of a tar. node-tar's own writer masks modes and knows no extended attributes, so this one is ours. */
export interface TarMember {
  readonly path: string;
  readonly type: 'File' | 'Directory' | 'SymbolicLink' | 'Link';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly linkpath?: string;
  readonly content?: readonly Uint8Array[];
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

/**
 * A member in pieces: header, pax records where it needs them, content (not copied) and padding. The same member gives
 * the same bytes.
 */
export function tarEntry(member: TarMember): readonly Uint8Array[] {
  const content = member.content ?? [];
  const { header, padding: end } = tarHeader(
    member,
    content.reduce((sum, piece) => sum + piece.length, 0),
  );
  return [...header, ...content, end].filter((piece) => piece.length > 0);
}

/** What stands before and behind a member's content of `size` bytes, for content that is streamed. */
export function tarHeader(
  member: Omit<TarMember, 'content'>,
  size: number,
): { readonly header: readonly Uint8Array[]; readonly padding: Uint8Array } {
  const header = new Header({
    path: member.path,
    type: member.type,
    mode: member.mode,
    uid: member.uid,
    gid: member.gid,
    size,
    mtime: new Date(member.mtime * 1000),
    ...(member.linkpath === undefined ? {} : { linkpath: member.linkpath }),
  });
  const block = Buffer.alloc(BLOCK);
  const tooLong = header.encode(block);
  const records = [
    ...(tooLong ? [record('path', member.path)] : []),
    ...(tooLong && member.linkpath !== undefined ? [record('linkpath', member.linkpath)] : []),
    ...(tooLong ? [record('uid', String(member.uid)), record('gid', String(member.gid))] : []),
    ...[...(member.xattrs ?? [])].sort().map(([name, value]) => record(`SCHILY.xattr.${name}`, value)),
  ];
  return {
    header: [...(records.length === 0 ? [] : [paxHeader(Buffer.concat(records))]), block],
    padding: padding(size),
  };
}

function paxHeader(records: Buffer): Buffer {
  const block = Buffer.alloc(BLOCK);
  new Header({
    path: 'PaxHeader',
    type: 'ExtendedHeader',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: records.length,
    mtime: new Date(0),
  }).encode(block);
  return Buffer.concat([block, records, padding(records.length)]);
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function record(key: string, value: string | Uint8Array): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function padding(length: number): Buffer {
  return Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK);
}

/** All pieces of a stream, as they came. */
export async function piecesOf(stream: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}
