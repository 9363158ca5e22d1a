import type { IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import { S6tsError } from '../../../base/error.js';
import { isObject } from '../../../base/json-object.js';
import type { FolderAttributes, ImageNode } from '../../image.js';
import type { StoredImage, StoredTree } from '../../store.js';
import { readMember } from '../../tree/read-member.js';
import { scanTar, TarScanner } from '../../tree/tar-scan.js';
import { createContainer } from './container.js';
import type { Engine } from './engine.js';
import { connectionError, expectGood } from './errors.js';

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
): Promise<StoredTree> {
  const container = await createContainer(engine, stored, onInterrupt);
  const archive = `/containers/${container.id}/archive`;
  const opened = async (path: string): Promise<IncomingMessage> => {
    const message = await engine.stream({ method: 'GET', path: archive, query: { path: `/${path}` } });
    if (message.statusCode === 200) return message;
    // Unread it would hold its connection.
    message.destroy();
    throw new S6tsError('engine-refused', `the Docker engine cannot read /${path} of ${stored.id}`, {
      what: `/${path}`,
    });
  };
  return {
    close: () => container.remove(),
    async lstat(path) {
      const answer = await engine.ask({ method: 'HEAD', path: archive, query: { path: `/${path}` } });
      if (answer.status === 404) return undefined;
      expectGood(answer, `look at /${path} in ${stored.id}`);
      return nodeOf(String(answer.headers['x-docker-container-path-stat'] ?? ''));
    },
    async folder(path) {
      const message = await opened(path);
      try {
        return await attributesOf(message);
      } catch (error) {
        throw connectionError(engine.address, error);
      } finally {
        message.destroy();
      }
    },
    async list(path) {
      const message = await opened(path);
      return namesIn(message).catch((error: unknown) => {
        throw connectionError(engine.address, error);
      });
    },
    async read(path, maxBytes) {
      return readMember(await opened(path), posix.basename(path), maxBytes, `/${path} of ${stored.id}`);
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
  const members: FolderAttributes[] = [];
  const scanner = new TarScanner('the archive of a folder', ({ mode, uid, gid, xattrs }) =>
    members.push({ mode, uid, gid, xattrs }),
  );
  for await (const chunk of message) {
    scanner.push(chunk as Uint8Array);
    const [folder] = members;
    if (folder !== undefined) return folder;
  }
  throw new S6tsError('engine-answer', 'the Docker engine sends an empty archive for a folder');
}

/** Names straight below the folder that an archive is of. */
async function namesIn(message: IncomingMessage): Promise<readonly string[]> {
  const names = new Set<string>();
  await scanTar(message as AsyncIterable<Uint8Array>, 'the archive of a folder', ({ path }) => {
    const [, name = '', ...deeper] = path.replace(/\/$/, '').split('/');
    if (name !== '' && deeper.length === 0) names.add(name);
  });
  return [...names].sort();
}
