import { Parser } from 'tar/parse';
import type { ReadEntry } from 'tar/read-entry';
import { streamOf } from '../base/byte-stream.js';
import { reasonOf, S6tsError } from '../base/error.js';
import type { TreeEntry } from './tree.js';

/**
 * Reads an uncompressed tar, whole or as a stream, into memory: path (without `./` and final slash) → entry. Hard links
 * become copies of the file that they name. Strict: a name that is absolute or has `..` in it, a device, fifo or socket,
 * a name that stands twice, a bad checksum or a missing end is an error.
 * @throws S6tsError `tar-malformed` naming `what`; what the stream throws
 */
export async function readTar(
  tar: Uint8Array | AsyncIterable<Uint8Array>,
  what: string,
): Promise<Map<string, TreeEntry>> {
  const members = new Map<string, TreeEntry>();
  try {
    const pieces = tar instanceof Uint8Array ? streamOf([tar]) : tar;
    for (const { entry, body } of await parse(pieces)) {
      const path = cleanPath(entry.path);
      if (path === '') continue;
      if (members.has(path)) throw new Error(`it holds ${path} twice`);
      members.set(path, member(entry, body, members));
    }
  } catch (error) {
    // What went wrong before it was a tar.
    if (error instanceof S6tsError) throw error;
    throw new S6tsError('tar-malformed', `${what} is not a tar that we take: ${reasonOf(error)}`, {
      what,
      cause: error,
    });
  }
  return members;
}

interface Parsed {
  readonly entry: ReadEntry;
  readonly body: Uint8Array;
}

async function parse(pieces: AsyncIterable<Uint8Array>): Promise<Parsed[]> {
  const found: Parsed[] = [];
  const seen = { end: false };
  const failures: Error[] = [];
  const assertGood = (): void => {
    if (failures[0] !== undefined) throw failures[0];
  };
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
      entry.on('end', () => found.push({ entry, body: Buffer.concat(chunks) }));
    },
  });
  parser.on('error', (error: Error) => failures.push(error));
  parser.on('ignoredEntry', (entry: ReadEntry) =>
    failures.push(new Error(`${entry.path} is of a kind that we don't take (${entry.type})`)),
  );
  parser.on('eof', () => (seen.end = true));
  // A parser that has failed does not end.
  const ended = new Promise<void>((resolve) => {
    parser.on('end', resolve);
    parser.on('error', () => resolve());
  });
  let first = true;
  for await (const piece of pieces) {
    // The parser unpacks gzip by itself; what comes here is plain tar, or wrong.
    if (first && piece[0] === 0x1f && piece[1] === 0x8b) throw new Error('it is compressed twice');
    first = false;
    parser.write(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
    assertGood();
  }
  parser.end();
  await ended;
  assertGood();
  if (!seen.end) throw new Error('its end is missing');
  return found;
}

function cleanPath(path: string): string {
  const parts = path
    .replace(/^(\.\/)+/, '')
    .replace(/\/+$/, '')
    .split('/');
  if (path.startsWith('/') || path.includes('\0') || parts.includes('..')) {
    throw new Error(`it holds the name ${JSON.stringify(path)}`);
  }
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}

function member(
  { type, mode, linkpath, path }: ReadEntry,
  body: Uint8Array,
  before: Map<string, TreeEntry>,
): TreeEntry {
  const permissions = (mode ?? 0o644) & 0o7777;
  switch (type) {
    case 'File':
    case 'OldFile':
    case 'ContiguousFile':
      return { kind: 'file', mode: permissions, bytes: body };
    case 'SymbolicLink':
      return { kind: 'link', target: linkpath ?? '' };
    case 'Directory':
    case 'GNUDumpDir':
      return { kind: 'directory', mode: permissions };
    case 'Link': {
      const target = before.get(cleanPath(linkpath ?? ''));
      if (target?.kind !== 'file') throw new Error(`${path} is a hard link to nothing`);
      return target;
    }
    default:
      throw new Error(`${path} is of a kind that we don't take (${type})`);
  }
}
