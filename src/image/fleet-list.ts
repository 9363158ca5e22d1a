import { S6tsError } from '../base/error.js';
import { parseReference } from './reference.js';
import { targetReference } from './target.js';

/** An image of a fleet, and the name of the result where it isn't the default. */
export interface FleetItem {
  readonly image: string;
  readonly target?: string;
}

/**
 * Reads a list of images: one a line, the result's name behind it where wanted; `#` begins a comment. All of it is
 * checked before anything is done. @throws S6tsError `list-invalid` naming `file` and line.
 */
export function parseFleetList(text: string, file: string): readonly FleetItem[] {
  return text.split('\n').flatMap((line, index) => {
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
    return [{ image, ...(target === undefined ? {} : { target }) }];
  });
}

function invalid(what: string, reason: string, cause?: unknown): S6tsError {
  return new S6tsError('list-invalid', `${what}: ${reason}`, { what, cause });
}
