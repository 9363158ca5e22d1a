import { resolve } from 'node:path';
import { S6tsError } from '../base/error.js';
import {
  defaultTarget,
  INDEX_IN_ARCHIVE,
  formatReference,
  fullImageName,
  parseReference,
  type Reference,
} from './reference.js';
import { targetReference } from './target.js';

/** An image of a fleet, and the name of the result where it isn't the default. */
export interface FleetItem {
  readonly image: string;
  readonly target?: string;
}

/**
 * Reads a list of images: one a line, the result's name behind it where wanted; `#` begins a comment. All of it is
 * checked before anything is done: that no result takes another's name, or is itself what another line changes.
 * @throws S6tsError `list-invalid` naming `file` and line.
 */
export function parseFleetList(text: string, file: string): readonly FleetItem[] {
  const lines = text.split('\n').flatMap((line, index) => {
    const [image, target, ...more] = line
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    if (image === undefined || image === '') return [];
    try {
      const source = parseReference(image);
      if (target !== undefined) targetReference(target, source);
    } catch (cause) {
      throw invalid(`${file}:${index + 1}`, cause instanceof Error ? cause.message : String(cause), cause);
    }
    if (more.length > 0) throw invalid(`${file}:${index + 1}`, 'a line is IMAGE, or IMAGE TARGET');
    return [{ where: `${file}:${index + 1}`, item: { image, ...(target === undefined ? {} : { target }) } }];
  });
  assertApart(lines);
  return lines.map(({ item }) => item);
}

interface Line {
  readonly where: string;
  readonly item: FleetItem;
}

/** Images are changed side by side: of two results with one name the last would be left, whichever that is. */
function assertApart(lines: readonly Line[]): void {
  const readers = new Map<string, string[]>();
  const writers = new Map<string, string>();
  for (const { where, item } of lines) {
    const source = placeOf(parseReference(item.image));
    readers.set(source, [...(readers.get(source) ?? []), where]);
    const result = resultOf(item);
    if (result === undefined) continue;
    const other = writers.get(result);
    if (other !== undefined)
      throw invalid(where, `its result has the name of that of ${other}`, undefined, NAME_EACH);
    writers.set(result, where);
  }
  for (const [result, where] of writers) {
    const reader = readers.get(result)?.find((each) => each !== where);
    if (reader !== undefined)
      throw invalid(where, `its result has the name of what ${reader} changes`, undefined, NAME_EACH);
  }
  assertPlacesStay(lines);
}

/** A name that a Docker archive has already goes to its end: what stands behind it has another place then. */
function assertPlacesStay(lines: readonly Line[]): void {
  const written = new Map<string, string>();
  for (const { where, item } of lines) {
    if (item.target === undefined) continue;
    const target = targetReference(item.target, parseReference(item.image));
    if (target.kind === 'file') written.set(resolve(target.path), where);
  }
  for (const { where, item } of lines) {
    const source = parseReference(item.image);
    if (source.kind !== 'file' || !INDEX_IN_ARCHIVE.test(source.image ?? '')) continue;
    const writer = written.get(resolve(source.path));
    if (writer !== undefined && writer !== where)
      throw invalid(
        where,
        `${item.image} is another image once ${writer} is done`,
        undefined,
        'write into another archive, or change them one by one',
      );
  }
}

const NAME_EACH = 'a line is IMAGE TARGET where the result is not to be IMAGE with -s6 behind its tag';

/** The name of a result as far as it is known before the image is; undefined where that has none to derive it from. */
function resultOf({ image, target }: FleetItem): string | undefined {
  const source = parseReference(image);
  if (target !== undefined) {
    const reference = targetReference(target, source);
    // Images without a name lie beside one another there.
    const isUnnamed = reference.transport === 'docker-archive' && reference.image === undefined;
    return isUnnamed ? undefined : placeOf(reference);
  }
  // The image's own name may be another.
  if (source.kind === 'file' && source.image === undefined) return undefined;
  try {
    return placeOf(defaultTarget(source, false));
  } catch {
    return undefined;
  }
}

/** The same text for the same place, however it is written. */
function placeOf(reference: Reference): string {
  switch (reference.kind) {
    case 'name':
      return fullImageName({ ...reference.name, tag: reference.name.tag ?? 'latest' });
    case 'file':
      return formatReference({ ...reference, path: resolve(reference.path) });
    case 'registry': {
      const { domain, tag = 'latest', ...name } = reference.name;
      return formatReference({ ...reference, name: { ...name, domain: domain.toLowerCase(), tag } });
    }
    case 'id':
      return formatReference(reference);
  }
}

function invalid(
  what: string,
  reason: string,
  cause?: unknown,
  hint = 'myimage:1.2, or with the name of the result behind it: myimage:1.2 myimage:1.2-init',
): S6tsError {
  return new S6tsError('list-invalid', `${what}: ${reason}`, { what, cause, hint });
}
