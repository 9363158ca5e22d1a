import { open } from 'node:fs/promises';
import { readKeys, type Key } from 'openpgp';
import { fileError, S6tsError } from '../../base/error.js';
import { blocksOf } from './armor.js';

/** A key with many signatures of others is some 100 KB; a file beyond this is no key. */
const MAX_KEY_FILE_BYTES = 8 * 1024 * 1024;

/**
 * All keys of a file, public or private, binary or armoured, one or several armours.
 * @throws S6tsError `file-missing` | `file-error` | `key-unreadable`
 */
export async function readKeyFile(path: string): Promise<readonly Key[]> {
  const blocks = await blocksOf(await bytesOf(path), ['PUBLIC KEY BLOCK', 'PRIVATE KEY BLOCK']);
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

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MAX_KEY_FILE_BYTES) throw unreadable(path, 'it is far larger than a key');
      const bytes = await handle.readFile();
      if (bytes.length === 0) throw unreadable(path, 'it is empty');
      return bytes;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError('read the key', path, error);
  }
}

function unreadable(path: string, why: string, cause?: unknown): S6tsError {
  return new S6tsError('key-unreadable', `cannot read a key from ${path}: ${why}`, {
    what: path,
    hint: 'export the key anew: gpg --armor --export KEYID > FILE',
    cause,
  });
}
