import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../../base/error.js';
import { isObject } from '../../../base/json-object.js';
import type { FolderAttributes, ImageTree } from '../../image.js';
import type { EngineFacts } from './engine-facts.js';
import type { Engine } from './engine.js';
import { parseAnswer, textOf } from './json.js';

/*
 * A short cut. The archive API starts a process of the engine for each folder whose owner is asked (120 ms, ten times
 * over for a usual image). Where the engine is on this machine, keeps its layers with overlay2 and lets us read them,
 * the answer to two questions lies in the folders that inspect names: what owner and mode a folder has that is known
 * to be there, and whether a name is in no layer at all. Everything else, whiteouts above all, goes to the engine.
 */

/** What a layer's folder says about a path. */
type Answer = 'unknown' | 'absent' | FolderAttributes;

/** Folders of an image's layers, the top one first; none where they can't be read or mean something else. */
export async function localLayers(
  engine: Engine,
  id: string,
  facts: EngineFacts,
): Promise<readonly string[]> {
  if (!engine.address.url.startsWith('unix://') || facts.ownersShifted) return [];
  const image = parseAnswer(await engine.ask({ method: 'GET', path: `/images/${id}/json` }));
  const driver = isObject(image['GraphDriver']) ? image['GraphDriver'] : {};
  const data = isObject(driver['Data']) ? driver['Data'] : {};
  if (driver['Name'] !== 'overlay2') return [];
  const folders = [textOf(data['UpperDir']), ...textOf(data['LowerDir']).split(':')].filter(
    (folder) => folder !== '',
  );
  const readable = await Promise.all(
    folders.map((folder) =>
      lstat(folder).then(
        (found) => found.isDirectory(),
        () => false,
      ),
    ),
  );
  return readable.every(Boolean) ? folders : [];
}

/** `tree`, with what the layers' folders can answer answered by them. */
export function withLocalLayers<T extends ImageTree>(tree: T, folders: readonly string[]): T {
  if (folders.length === 0) return tree;
  return {
    ...tree,
    async lstat(path: string) {
      return (await inLayers(folders, path)) === 'absent' ? undefined : tree.lstat(path);
    },
    async folder(path: string) {
      const found = await inLayers(folders, path);
      return typeof found === 'object' ? found : tree.folder(path);
    },
  };
}

/**
 * The first layer that has a path says what owner and mode it has. Files, links and whiteouts are `unknown` here, as is
 * a path below one of them: in a lower layer they may hide a folder or be hidden by one.
 */
async function inLayers(folders: readonly string[], path: string): Promise<Answer> {
  for (const folder of folders) {
    const found = await inLayer(folder, path.split('/'));
    if (found !== 'absent') return found;
  }
  return 'absent';
}

/** Goes down one name at a time: a link on the way must not lead out of the layer. */
async function inLayer(folder: string, names: readonly string[]): Promise<Answer> {
  let place = folder;
  let answer: Answer = 'unknown';
  for (const name of names) {
    place = join(place, name);
    try {
      const found = await lstat(place);
      if (!found.isDirectory()) return 'unknown';
      answer = { mode: found.mode % 0o10000, uid: found.uid, gid: found.gid, xattrs: new Map() };
    } catch (error) {
      return errnoOf(error) === 'ENOENT' ? 'absent' : 'unknown';
    }
  }
  return answer;
}
