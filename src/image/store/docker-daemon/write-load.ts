import { digestOf, hexOf, sha256Hex, type Digest } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import { isObject } from '../../../base/json-object.js';
import type { Image } from '../../image.js';
import { formatImageName, type ImageName } from '../../reference.js';
import type { Written } from '../../store.js';
import { piecesOf, tarEntry, TAR_END } from '../../tar-writer.js';
import type { Engine } from './engine.js';
import { expectGood, messageOf } from './errors.js';
import { parseAnswer, textOf } from './json.js';

/**
 * Stores an image by `docker load` of a partial archive: manifest, config and the layers that the engine has not; those
 * below are there already and their files in the archive are never opened. Undefined where the engine wants them all
 * the same, unless `force`d. @throws S6tsError `engine-…`.
 */
export async function writeByLoad(
  engine: Engine,
  name: ImageName,
  image: Image,
  { force }: { readonly force: boolean },
): Promise<Written | undefined> {
  const target = formatImageName(name);
  const replaced = await idOf(engine, target);
  const archive = await partialArchive(target, image);
  const answer = await engine.ask({
    method: 'POST',
    path: '/images/load',
    query: { quiet: '1' },
    tar: archive,
  });
  const refusal = refusalIn(answer);
  const id = digestOf(image.config);
  if (refusal !== undefined) {
    if (!force && /layer|no such file|not found/i.test(refusal)) return undefined;
    throw new S6tsError('engine-refused', `the Docker engine cannot load the new image: ${refusal}`, {
      what: target,
    });
  }
  const present = await idOf(engine, target);
  if (present !== id) {
    throw new S6tsError('engine-refused', `${target} is ${present ?? 'nothing'} after the load, not ${id}`, {
      what: target,
      hint: 'did somebody else store an image under this name at the same time?',
    });
  }
  return { id, via: 'load', ...(replaced === undefined || replaced === id ? {} : { replaced }) };
}

/** The id of the image that bears a name, undefined for none. @throws S6tsError `engine-…` where it can't be told */
export async function idOf(engine: Engine, name: string): Promise<string | undefined> {
  const answer = await engine.ask({ method: 'GET', path: `/images/${encodeURI(name)}/json` });
  // 400: a name that no image can have.
  if (answer.status === 404 || answer.status === 400) return undefined;
  return textOf(parseAnswer(expectGood(answer, `show the image ${name}`))['Id']);
}

/** manifest.json first: a reader then knows what comes (the legacy archive of `docker save`). */
async function partialArchive(target: string, image: Image): Promise<readonly Uint8Array[]> {
  const configFile = `${sha256Hex(image.config)}.json`;
  const layerFile = (diffId: Digest): string => `${hexOf(diffId)}/layer.tar`;
  const manifest = [
    { Config: configFile, RepoTags: [target], Layers: image.layers.map(({ diffId }) => layerFile(diffId)) },
  ];
  const pieces = [
    ...file('manifest.json', [Buffer.from(JSON.stringify(manifest))]),
    ...file(configFile, [Buffer.from(image.config)]),
  ];
  for (const { diffId, open } of image.layers) {
    if (open === undefined) continue;
    pieces.push(...file(layerFile(diffId), await piecesOf(open())));
  }
  return [...pieces, TAR_END];
}

function file(path: string, content: readonly Uint8Array[]): readonly Uint8Array[] {
  return tarEntry({ path, type: 'File', mode: 0o644, uid: 0, gid: 0, mtime: 0, content });
}

/** What went wrong, said by the status or, after a 200, by a line of the stream. */
export function refusalIn(answer: { readonly status: number; readonly text: string }): string | undefined {
  if (answer.status !== 200) return messageOf(answer);
  for (const line of answer.text.split('\n')) {
    if (line.trim() === '') continue;
    const message: unknown = JSON.parse(line);
    if (isObject(message) && typeof message['error'] === 'string') return message['error'];
  }
  return undefined;
}
