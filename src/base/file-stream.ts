import { createReadStream, read } from 'node:fs';
import { promisify } from 'node:util';
import { fileError } from './error.js';

const PIECE_BYTES = 2 ** 18;

const readAt = promisify(read);

/** A part of a file: where it begins, and how many bytes it has. */
export interface FilePart {
  readonly offset: number;
  readonly size: number;
}

/** A file's bytes, or those of a part of it. @throws S6tsError `file-missing` | `file-error` */
export async function* fileStream(path: string, part?: FilePart): AsyncGenerator<Uint8Array> {
  if (part?.size === 0) return;
  const range = part === undefined ? {} : { start: part.offset, end: part.offset + part.size - 1 };
  try {
    yield* createReadStream(path, { highWaterMark: PIECE_BYTES, ...range }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw fileError('read', path, error);
  }
}

/** As `fileStream`, from an open file, which stays open: whatever bears its path by now. `what` names it in messages. */
export async function* openFileStream(fd: number, what: string, part: FilePart): AsyncGenerator<Uint8Array> {
  let { offset, size } = part;
  try {
    while (size > 0) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size));
      const { bytesRead } = await readAt(fd, piece, 0, piece.length, offset);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
      offset += bytesRead;
      size -= bytesRead;
    }
  } catch (error) {
    throw fileError('read', what, error);
  }
}
