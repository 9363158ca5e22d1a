import { resolve } from 'node:path';
import { S6tsError } from '../base/error.js';
import {
  defaultTarget,
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

/** Images are changed side by side: of two results with one name the last would be left, whichever that is. */
function assertApart(lines: readonly { readonly where: string; readonly item: FleetItem }[]): void {
  const sources = new Map<string, string>();
  const targets = new Map<string, string>();
  for (const { where, item } of lines) {
    const result = resultOf(item);
    sources.set(placeOf(parseReference(item.image)), where);
    if (result === undefined) continue;
    const other = targets.get(result);
    if (other !== undefined)
      throw invalid(where, `its result has the name of that of ${other}`, undefined, NAME_EACH);
    targets.set(result, where);
  }
  for (const [result, where] of targets) {
    const reader = sources.get(result);
    if (reader !== undefined && reader !== where)
      throw invalid(where, `its result has the name of what ${reader} changes`, undefined, NAME_EACH);
  }
}

const NAME_EACH = 'a line is IMAGE TARGET where the result is not to be IMAGE with -s6 behind its tag';

/** The name of a result as far as it is known before the image is; undefined where that has none to derive it from. */
function resultOf({ image, target }: FleetItem): string | undefined {
  const source = parseReference(image);
  if (target !== undefined) return placeOf(targetReference(target, source));
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
    case 'registry':
      return formatReference({
        ...reference,
        name: { ...reference.name, tag: reference.name.tag ?? 'latest' },
      });
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
