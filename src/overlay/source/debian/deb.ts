import { S6tsError } from '../../../base/error.js';
import { readTar } from '../../tar-reader.js';
import type { TreeEntry } from '../../tree.js';
import { readAr } from './ar.js';
import { unpacked } from './compression.js';

/**
 * The files of a Debian binary package (deb(5)), by path without `./`; folders are left out.
 * @throws S6tsError `deb-malformed`.
 */
export async function readDeb(bytes: Uint8Array, what: string): Promise<Map<string, TreeEntry>> {
  const members = readAr(bytes, what);
  const version = members.get('debian-binary');
  if (version === undefined || !Buffer.from(version).toString('latin1').startsWith('2.')) {
    throw new S6tsError('deb-malformed', `${what}: not a Debian package of format 2`, { what });
  }
  const data = [...members].find(([name]) => name.startsWith('data.tar'));
  if (data === undefined) throw new S6tsError('deb-malformed', `${what}: it holds no data.tar`, { what });
  const [name, packed] = data;
  const tar = unpacked(packed, name.slice('data.tar'.length), `${what} (${name})`);
  const files = await readTar(tar, `${what} (${name})`);
  return new Map([...files].filter(([, member]) => member.kind !== 'directory'));
}
