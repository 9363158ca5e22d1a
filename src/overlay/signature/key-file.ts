import { readKeys, type Key } from 'openpgp';
import { readAtMost } from '../../base/bounded-read.js';
import { S6tsError } from '../../base/error.js';
import { blocksOf } from './armor.js';

/** A key with many signatures of others is some 100 KB; a file beyond this is no key. */
const MAX_KEY_FILE_BYTES = 8 * 1024 * 1024;

/**
 * All keys of a file, public or private, binary or armoured, one or several armours.
 * @throws S6tsError `file-missing` | `file-error` | `file-too-large` | `key-unreadable`
 */
export async function readKeyFile(path: string): Promise<readonly Key[]> {
  const bytes = await readAtMost(path, MAX_KEY_FILE_BYTES, 'read the key');
  if (bytes.length === 0) throw unreadable(path, 'it is empty');
  const blocks = await blocksOf(bytes, ['PUBLIC KEY BLOCK', 'PRIVATE KEY BLOCK']);
  if (blocks.kind === 'cut') throw unreadable(path, 'the key is cut off');
  if (blocks.kind === 'damaged') throw unreadable(path, 'the armour of the key is damaged');
  if (blocks.kind === 'other')
    throw unreadable(path, `it holds ${blocks.label.toLowerCase()}, not an OpenPGP key`);
  const keys: Key[] = [];
  for (const block of blocks.blocks) {
    try {
      keys.push(...(await readKeys({ binaryKeys: block })));
    } catch (error) {
      throw unreadable(path, 'it holds no OpenPGP key, or a damaged one', error);
    }
  }
  return keys;
}

function unreadable(path: string, why: string, cause?: unknown): S6tsError {
  return new S6tsError('key-unreadable', `cannot read a key from ${path}: ${why}`, {
    what: path,
    hint: 'export the key anew: gpg --armor --export KEYID > FILE',
    cause,
  });
}
