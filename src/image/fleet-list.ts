import { resolve } from 'node:path';
import { reasonOf, S6tsError } from '../base/error.js';
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
 * @throws S6tsError `list-invalid` naming `file` and each line that is wrong.
 */
export function parseFleetList(text: string, file: string): readonly FleetItem[] {
  const faults: Fault[] = [];
  const lines = text.split('\n').flatMap((line, index) => {
    const [image, target, ...more] = line
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    if (image === undefined || image === '') return [];
    const number = index + 1;
    const where = `${file}:${number}`;
    const item = { image, ...(target === undefined ? {} : { target }) };
    try {
      if (more.length > 0) throw new Error('a line is IMAGE, or IMAGE TARGET');
      return [{ number, where, item, ...referencesOf(item) }];
    } catch (cause) {
      faults.push({ number, where, reason: reasonOf(cause), cause });
      return [];
    }
  });
  const [first, ...others] = [...faults, ...clashes(lines), ...movedPlaces(lines)].sort(
    (a, b) => a.number - b.number,
  );
  if (first !== undefined) throw invalid(file, first, others);
  return lines.map(({ item }) => item);
}

/** What is wrong with a line. */
interface Fault {
  readonly number: number;
  readonly where: string;
  readonly reason: string;
  readonly cause?: unknown;
  readonly hint?: string;
}

interface References {
  readonly source: Reference;
  /** The name asked for. */
  readonly target?: Reference;
}

interface Line extends References {
  readonly number: number;
  readonly where: string;
  readonly item: FleetItem;
}

/** @throws Error when a name is none. */
function referencesOf({ image, target }: FleetItem): References {
  const source = parseReference(image);
  return { source, ...(target === undefined ? {} : { target: targetReference(target, source) }) };
}

/** Images are changed side by side: of two results with one name the last would be left, whichever that is. */
function clashes(lines: readonly Line[]): readonly Fault[] {
  const readers = new Map<string, string[]>();
  for (const { where, source } of lines) {
    const place = placeOf(source);
    readers.set(place, [...(readers.get(place) ?? []), where]);
  }
  const writers = new Map<string, string>();
  return lines.flatMap((line) => {
    const { number, where } = line;
    const result = resultOf(line);
    if (result === undefined) return [];
    const writer = writers.get(result);
    if (writer !== undefined)
      return [{ number, where, reason: `its result has the name of that of ${writer}`, hint: NAME_EACH }];
    writers.set(result, where);
    const reader = readers.get(result)?.find((each) => each !== where);
    if (reader === undefined) return [];
    return [{ number, where, reason: `its result has the name of what ${reader} changes`, hint: NAME_EACH }];
  });
}

/** A name that a Docker archive has already goes to its end: what stands behind it has another place then. */
function movedPlaces(lines: readonly Line[]): readonly Fault[] {
  const written = new Map<string, string>();
  for (const { where, target } of lines)
    if (target?.kind === 'file') written.set(resolve(target.path), where);
  return lines.flatMap(({ number, where, item, source }) => {
    if (source.kind !== 'file' || !INDEX_IN_ARCHIVE.test(source.image ?? '')) return [];
    const writer = written.get(resolve(source.path));
    if (writer === undefined || writer === where) return [];
    return [
      {
        number,
        where,
        reason: `${item.image} is another image once ${writer} is done`,
        hint: 'write into another archive, or change them one by one',
      },
    ];
  });
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

const NAMED_AT_MOST = 20;

/** All that is wrong with a list at once, or the first of it where that is much. */
function invalid(file: string, first: Fault, others: readonly Fault[]): S6tsError {
  const { where, reason, cause, hint = LINE } = first;
  if (others.length === 0)
    return new S6tsError('list-invalid', `${where}: ${reason}`, { what: where, hint, cause });
  const faults = [first, ...others];
  const named = faults.slice(0, NAMED_AT_MOST).map((fault) => `\n  ${fault.where}: ${fault.reason}`);
  const more = faults.length > named.length ? `\n  and ${faults.length - named.length} more` : '';
  return new S6tsError('list-invalid', `${file}: ${faults.length} lines are wrong:${named.join('')}${more}`, {
    what: file,
    hint,
  });
}

const LINE = 'myimage:1.2, or with the name of the result behind it: myimage:1.2 myimage:1.2-init';
