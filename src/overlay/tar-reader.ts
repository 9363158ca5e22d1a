import { Parser, type ReadEntry } from 'tar';
import { reasonOf, S6tsError } from '../base/error.js';
import type { TreeEntry } from './tree.js';

/**
 * Reads an uncompressed tar into memory: path (without `./` and final slash) → entry. Hard links become copies of the
 * file that they name. Strict: a name that is absolute or has `..` in it, a device, fifo or socket, a name that
 * stands twice, a bad checksum or a missing end is an error.
 * @throws S6tsError `tar-malformed` naming `what`.
 */
export async function readTar(bytes: Uint8Array, what: string): Promise<Map<string, TreeEntry>> {
  const members = new Map<string, TreeEntry>();
  try {
    for (const { entry, body } of await parse(bytes)) {
      const path = cleanPath(entry.path);
      if (path === '') continue;
      if (members.has(path)) throw new Error(`it holds ${path} twice`);
      members.set(path, member(entry, body, members));
    }
  } catch (error) {
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

function parse(bytes: Uint8Array): Promise<Parsed[]> {
  return new Promise((resolve, reject) => {
    const found: Parsed[] = [];
    let complete = false;
    const parser = new Parser({
      strict: true,
      onReadEntry(entry) {
        const chunks: Buffer[] = [];
        entry.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
        entry.on('end', () => found.push({ entry, body: Buffer.concat(chunks) }));
      },
    });
    parser.on('error', reject);
    parser.on('ignoredEntry', (entry: ReadEntry) =>
      reject(new Error(`${entry.path} is of a kind that we don't take (${entry.type})`)),
    );
    parser.on('eof', () => (complete = true));
    parser.on('end', () => {
      if (complete) resolve(found);
      else reject(new Error('its end is missing'));
    });
    // The parser unpacks gzip by itself; what comes here is plain tar, or wrong.
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) reject(new Error('it is compressed twice'));
    else parser.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });
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
