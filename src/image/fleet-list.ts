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
    const where = `${file}:${index + 1}`;
    const item = { image, ...(target === undefined ? {} : { target }) };
    const references = referencesOf(item, where);
    if (more.length > 0) throw invalid(where, 'a line is IMAGE, or IMAGE TARGET');
    return [{ where, item, ...references }];
  });
  assertApart(lines);
  return lines.map(({ item }) => item);
}

interface References {
  readonly source: Reference;
  /** The name asked for. */
  readonly target?: Reference;
}

interface Line extends References {
  readonly where: string;
  readonly item: FleetItem;
}

function referencesOf({ image, target }: FleetItem, where: string): References {
  try {
    const source = parseReference(image);
    return { source, ...(target === undefined ? {} : { target: targetReference(target, source) }) };
  } catch (cause) {
    throw invalid(where, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Images are changed side by side: of two results with one name the last would be left, whichever that is. */
function assertApart(lines: readonly Line[]): void {
  const readers = new Map<string, string[]>();
  const writers = new Map<string, string>();
  for (const line of lines) {
    const { where } = line;
    const source = placeOf(line.source);
    readers.set(source, [...(readers.get(source) ?? []), where]);
    const result = resultOf(line);
    if (result === undefined) continue;
    const other = writers.get(result);
    if (other !== undefined)
      throw invalid(where, `its result has the name of that of ${other}`, { hint: NAME_EACH });
    writers.set(result, where);
  }
  for (const [result, where] of writers) {
    const reader = readers.get(result)?.find((each) => each !== where);
    if (reader !== undefined)
      throw invalid(where, `its result has the name of what ${reader} changes`, { hint: NAME_EACH });
  }
  assertPlacesStay(lines);
}

/** A name that a Docker archive has already goes to its end: what stands behind it has another place then. */
function assertPlacesStay(lines: readonly Line[]): void {
  const written = new Map<string, string>();
  for (const { where, target } of lines)
    if (target?.kind === 'file') written.set(resolve(target.path), where);
  for (const { where, item, source } of lines) {
    if (source.kind !== 'file' || !INDEX_IN_ARCHIVE.test(source.image ?? '')) continue;
    const writer = written.get(resolve(source.path));
    if (writer !== undefined && writer !== where)
      throw invalid(where, `${item.image} is another image once ${writer} is done`, {
        hint: 'write into another archive, or change them one by one',
      });
  }
}

const NAME_EACH = 'a line is IMAGE TARGET where the result is not to be IMAGE with -s6 behind its tag';

/** The name of a result as far as it is known before the image is; undefined where that has none to derive it from. */
function resultOf({ source, target }: References): string | undefined {
  if (target !== undefined) {
    // Images without a name lie beside one another there.
    const isUnnamed = target.transport === 'docker-archive' && target.image === undefined;
    return isUnnamed ? undefined : placeOf(target);
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
  more: { readonly cause?: unknown; readonly hint?: string } = {},
): S6tsError {
  const hint = 'myimage:1.2, or with the name of the result behind it: myimage:1.2 myimage:1.2-init';
  return new S6tsError('list-invalid', `${what}: ${reason}`, { what, hint, ...more });
}
