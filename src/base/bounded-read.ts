import { open } from 'node:fs/promises';
import { fileError, S6tsError } from './error.js';

const CHUNK_BYTES = 64 * 1024;

/**
 * A whole file, pipe or device in memory, but never more of it than `maxBytes`: `/dev/zero` has no end.
 * @param verb what is done with it, for the message: `read the key`
 * @throws S6tsError `file-missing` | `file-error` | `file-too-large`
 */
export async function readAtMost(path: string, maxBytes: number, verb = 'read'): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const handle = await open(path, 'r');
    try {
      for (;;) {
        // All four: with the buffer alone, Node before 20.7 or so reads nothing.
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, null);
        if (bytesRead === 0) return Buffer.concat(chunks, length);
        chunks.push(buffer.subarray(0, bytesRead));
        length += bytesRead;
        if (length > maxBytes) throw tooLarge(path, maxBytes, verb);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(verb, path, error);
  }
}

/** The same of stdin; `meant` is what it is taken for. @throws S6tsError `file-too-large` */
export async function stdinAtMost(
  stdin: NodeJS.ReadableStream,
  maxBytes: number,
  meant: string,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > maxBytes) {
      throw new S6tsError('file-too-large', `cannot read stdin: it is larger than ${maxBytes} bytes`, {
        what: '-',
        hint: `is it the ${meant} that you meant?`,
      });
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function tooLarge(path: string, maxBytes: number, verb: string): S6tsError {
  return new S6tsError('file-too-large', `cannot ${verb} ${path}: it is larger than ${maxBytes} bytes`, {
    what: path,
    hint: 'is it the file that you meant?',
  });
}
