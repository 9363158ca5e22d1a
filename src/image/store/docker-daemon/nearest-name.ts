import { editDistance } from '../../../base/edit-distance.js';
import { S6tsError } from '../../../base/error.js';
import type { Engine } from './engine.js';
import { expectGood } from './errors.js';
import { parseAnswerList, stringsOf } from './json.js';

const SUGGESTIONS = 3;

/** The error for an image that the engine hasn't, with the names that come nearest. */
export async function imageMissing(engine: Engine, name: string): Promise<S6tsError> {
  const images = parseAnswerList(
    expectGood(await engine.ask({ method: 'GET', path: '/images/json' }), 'list its images'),
  );
  const near = nearest(
    name,
    images.flatMap((image) => stringsOf(image['RepoTags'])),
  );
  return new S6tsError('image-missing', `the Docker engine has no image ${name}`, {
    what: name,
    hint: `${near.length === 0 ? '' : `did you mean ${near.join(', ')}? else `}fetch it: docker pull ${name}`,
  });
}

/** The names that a mistyped one may stand for, nearest first. */
export function nearest(wanted: string, names: readonly string[]): readonly string[] {
  const full = wanted.includes(':') ? wanted : `${wanted}:latest`;
  const repository = (name: string): string => name.slice(0, name.lastIndexOf(':'));
  return names
    .filter((name) => !name.startsWith('<none>'))
    .map((name) => ({ name, distance: repository(name) === repository(full) ? 1 : editDistance(full, name) }))
    .filter(({ distance }) => distance <= Math.max(2, Math.floor(full.length / 3)))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, SUGGESTIONS)
    .map(({ name }) => name);
}
