import { appendFile, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256Hex } from '../base/digest.js';
import { errnoOf, fileError } from '../base/error.js';
import { isObject } from '../base/json-object.js';
import { makeFolder } from '../base/make-folder.js';

/** An image that is done. */
export interface DoneImage {
  readonly image: string;
  readonly target: string;
  readonly id: string;
}

/** What a fleet's run has done so far, kept so that another can go on after a crash. */
export interface FleetJournal {
  /** What an earlier run of the same fleet has done, by its place in the list: an image may stand there twice. */
  readonly done: ReadonlyMap<number, DoneImage>;
  /** Notes an image; it is on the disk when this resolves. @throws S6tsError `file-error`. */
  add(item: number, done: DoneImage): Promise<void>;
  /** Nothing is left to go on with. */
  remove(): Promise<void>;
}

/** The journal of a fleet: `what` is its list, its options and where it runs, for which alone it counts. @throws S6tsError `file-error`. */
export async function openJournal(cacheFolder: string, what: unknown): Promise<FleetJournal> {
  const file = join(cacheFolder, 'fleet', `${sha256Hex(JSON.stringify(what))}.jsonl`);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return '';
    throw fileError('read the journal', file, error);
  });
  // What stands behind the last line break was being written when the run ended: the next line must not be joined to it.
  const cut = text !== '' && !text.endsWith('\n');
  let start = cut ? '\n' : '';
  return {
    done: new Map(text.split('\n').flatMap(doneIn)),
    async add(item, done) {
      const line = `${start}${JSON.stringify({ item, ...done })}\n`;
      start = '';
      try {
        await makeFolder(dirname(file));
        // One write to a file that is open for appending: lines of two runs don't mix (write(2), O_APPEND).
        await appendFile(file, line, { flush: true });
      } catch (error) {
        // A full disk takes a part of a line.
        start = '\n';
        throw fileError('write the journal', file, error);
      }
    },
    remove: () => rm(file, { force: true }),
  };
}

function doneIn(line: string): readonly (readonly [number, DoneImage])[] {
  try {
    const value: unknown = JSON.parse(line);
    if (!isObject(value)) return [];
    const { item, image, target, id } = value;
    if (typeof item !== 'number') return [];
    if (typeof image !== 'string' || typeof target !== 'string' || typeof id !== 'string') return [];
    return [[item, { image, target, id }]];
  } catch {
    // An empty line, or one that a crash has cut: that image is done again.
    return [];
  }
}
