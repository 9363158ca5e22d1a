import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { Parser } from 'tar/parse';
import type { ReadEntry } from 'tar/read-entry';
import { reasonOf, S6tsError } from '../../base/error.js';

/**
 * The bytes of one file of a tar; of several members with one name the last counts. Undefined where there is none, or it
 * has more than `maxBytes`. @throws S6tsError `layer-malformed` naming `what`.
 */
export async function readMember(
  tar: AsyncIterable<Uint8Array>,
  path: string,
  maxBytes: number,
  what: string,
): Promise<Uint8Array | undefined> {
  let found: Uint8Array | undefined;
  const parser = new Parser({
    onReadEntry(entry: ReadEntry) {
      if (entry.path.replace(/^(?:\.?\/)+/, '') !== path) {
        entry.resume();
        return;
      }
      found = undefined;
      const chunks: Buffer[] = [];
      const wanted = entry.size <= maxBytes && ['File', 'OldFile', 'ContiguousFile'].includes(entry.type);
      entry.on('data', (chunk: Buffer) => {
        if (wanted) chunks.push(chunk);
      });
      entry.on('end', () => {
        if (wanted) found = Buffer.concat(chunks);
      });
    },
  });
  try {
    await pipeline(Readable.from(tar, { objectMode: false }), parser as unknown as NodeJS.WritableStream);
  } catch (cause) {
    if (cause instanceof S6tsError) throw cause;
    throw new S6tsError('layer-malformed', `${what} can't be read: ${reasonOf(cause)}`, { what, cause });
  }
  return found;
}
