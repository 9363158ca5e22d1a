import { createReadStream } from 'node:fs';
import { fileError } from './error.js';

const PIECE_BYTES = 2 ** 18;

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
