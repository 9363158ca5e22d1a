import * as Flags from '@oclif/core/flags';
import { S6tsError } from '../base/error.js';
import type { FleetItem } from '../image/fleet-list.js';

/** The flags for many images at once. */
export const fleetFlags = {
  from: Flags.string({
    helpValue: 'FILE',
    description:
      'a list of images, one a line, the name of the result behind it where wanted; # begins a comment; - for stdin',
  }),
  jobs: Flags.integer({ char: 'j', min: 1, default: 4, description: 'of many images, so many at a time' }),
  resume: Flags.boolean({
    description: 'of many images, leave out what the last run with the same words has done',
  }),
  'dry-run': Flags.boolean({
    description: 'read and check everything, say what would change, store nothing',
  }),
};

/** The images that were named, on the command line or in a list. @throws S6tsError `usage` | `list-invalid`. */
export async function itemsOf(
  words: readonly string[],
  { from, tag }: { readonly from?: string | undefined; readonly tag?: string | undefined },
): Promise<readonly FleetItem[]> {
  if ((from === undefined) === (words.length === 0)) {
    throw usage(
      from === undefined ? 'no image is named' : 'images are named here or in a list, not both',
      's6ts inject IMAGE…, or s6ts inject --from FILE; s6ts inject --help has the rest',
    );
  }
  if (from === undefined) {
    const [only] = words;
    if (words.length === 1 && only !== undefined)
      return [{ image: only, ...(tag === undefined ? {} : { target: tag }) }];
  }
  if (tag !== undefined) {
    throw usage('--tag is one name, and there are several images', 'name each in a list: IMAGE TARGET');
  }
  const { parseFleetList } = await import('../image/fleet-list.js');
  if (from === undefined) return parseFleetList(words.join('\n'), 'the command line');
  const { readAtMost, stdinAtMost } = await import('../base/bounded-read.js');
  const bytes =
    from === '-'
      ? await stdinAtMost(process.stdin, MOST_LIST_BYTES, 'list')
      : await readAtMost(from, MOST_LIST_BYTES, 'read the list');
  return parseFleetList(bytes.toString(), from === '-' ? 'stdin' : from);
}

const MOST_LIST_BYTES = 16 * 2 ** 20;

function usage(message: string, hint: string): S6tsError {
  return new S6tsError('usage', message, { hint });
}
