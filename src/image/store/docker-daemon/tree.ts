import type { IncomingMessage } from 'node:http';
import { Header } from 'tar/header';
import { Parser } from 'tar/parse';
import type { ReadEntry } from 'tar/read-entry';
import { S6tsError } from '../../../base/error.js';
import type { FolderAttributes, ImageNode, ImageTree } from '../../image.js';
import type { StoredImage } from '../../store.js';
import { createContainer } from './container.js';
import type { Engine } from './engine.js';
import { connectionError, expectGood } from './errors.js';
import { isObject } from './json.js';

/** Go's os.FileMode, as the engine writes it in X-Docker-Container-Path-Stat. */
const GO_MODE = { directory: 2 ** 31, symlink: 2 ** 27 } as const;

/**
 * The file system of an image, read through the archive API of a container that is created and never started.
 * @throws S6tsError `engine-…`.
 */
export async function containerTree(
  engine: Engine,
  stored: StoredImage,
  onInterrupt: (cleanup: () => Promise<void>) => () => void,
): Promise<ImageTree & { close(): Promise<void> }> {
  const container = await createContainer(engine, stored, onInterrupt);
  const archive = `/containers/${container.id}/archive`;
  return {
    close: () => container.remove(),
    async lstat(path) {
      const answer = await engine.ask({ method: 'HEAD', path: archive, query: { path: `/${path}` } });
      if (answer.status === 404) return undefined;
      expectGood(answer, `look at /${path} in ${stored.id}`);
      return nodeOf(String(answer.headers['x-docker-container-path-stat'] ?? ''));
    },
    async folder(path) {
      const message = await engine.stream({ method: 'GET', path: archive, query: { path: `/${path}` } });
      try {
        if (message.statusCode !== 200) throw unreadable(path, stored);
        return await attributesOf(message);
      } catch (error) {
        throw connectionError(engine.address, error);
      } finally {
        message.destroy();
      }
    },
    async list(path) {
      const message = await engine.stream({ method: 'GET', path: archive, query: { path: `/${path}` } });
      if (message.statusCode !== 200) throw unreadable(path, stored);
      return namesIn(message);
    },
  };
}

function nodeOf(header: string): ImageNode {
  const stat: unknown = JSON.parse(Buffer.from(header, 'base64').toString());
  if (!isObject(stat) || typeof stat['mode'] !== 'number') {
    throw new S6tsError(
      'engine-answer',
      `the Docker engine describes a file in a way that we don't know: ${header}`,
    );
  }
  // The numbers are beyond 32 bits: no bit operators.
  const has = (bit: number): boolean => Math.floor(Number(stat['mode']) / bit) % 2 === 1;
  if (has(GO_MODE.symlink)) return { target: String(stat['linkTarget']) };
  return has(GO_MODE.directory) ? 'directory' : 'other';
}

/** A folder's archive begins with the folder itself: its header is enough, the rest isn't read. */
async function attributesOf(message: IncomingMessage): Promise<FolderAttributes> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of message) {
    bytes = Buffer.concat([bytes, chunk as Uint8Array]);
    const found = firstHeader(bytes);
    if (found !== undefined) return found;
  }
  throw new S6tsError('engine-answer', 'the Docker engine sends an empty archive for a folder');
}

const BLOCK = 512;

function firstHeader(bytes: Buffer): FolderAttributes | undefined {
  if (bytes.length < BLOCK) return undefined;
  const header = new Header(bytes, 0);
  if (header.type !== 'ExtendedHeader') return toAttributes(header, new Map());
  const size = header.size ?? 0;
  const next = BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  if (bytes.length < next + BLOCK) return undefined;
  return toAttributes(new Header(bytes, next), paxRecords(bytes.subarray(BLOCK, BLOCK + size)));
}

function toAttributes({ mode, uid, gid }: Header, pax: ReadonlyMap<string, Buffer>): FolderAttributes {
  const xattrs = [...pax]
    .filter(([key]) => key.startsWith('SCHILY.xattr.'))
    .map(([key, value]) => [key.slice('SCHILY.xattr.'.length), value] as const);
  return {
    mode: (mode ?? 0o755) % 0o10000,
    uid: Number(pax.get('uid') ?? uid ?? 0),
    gid: Number(pax.get('gid') ?? gid ?? 0),
    xattrs: new Map(xattrs),
  };
}

/** `LENGTH KEY=VALUE\n`, the value of any bytes (pax, "Extended Header"). */
function paxRecords(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.subarray(at, space).toString());
    if (space < 0 || !(length > 0)) break;
    const equals = bytes.indexOf(0x3d, space);
    records.set(bytes.subarray(space + 1, equals).toString(), bytes.subarray(equals + 1, at + length - 1));
    at += length;
  }
  return records;
}

/** Names straight below the folder that an archive is of. */
function namesIn(message: IncomingMessage): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const names = new Set<string>();
    const parser = new Parser({
      onReadEntry(entry: ReadEntry) {
        const [, name = '', ...deeper] = entry.path.replace(/\/$/, '').split('/');
        if (name !== '' && deeper.length === 0) names.add(name);
        entry.resume();
      },
    });
    parser.on('end', () => resolve([...names].sort()));
    parser.on('error', reject);
    message.on('error', reject);
    message.pipe(parser);
  });
}

function unreadable(path: string, stored: StoredImage): S6tsError {
  return new S6tsError('engine-refused', `the Docker engine cannot read /${path} of ${stored.id}`, {
    what: `/${path}`,
  });
}
