import { S6tsError } from '../base/error.js';

/** A pattern to look for in a binary, and how often it must be there. */
export interface Pattern {
  /** The name of the edit, for the error. */
  readonly name: string;
  /** Over the file's bytes read as latin1 (one character a byte); must have the flags g and s. */
  readonly regex: RegExp;
  /** Exactly this often. */
  readonly count: number | 'any';
}

/**
 * Replaces every match of a pattern by as many bytes, in place.
 * @throws S6tsError `relocate-refused` when the count differs: then it isn't the binary that the edit was made for.
 */
export function editInPlace(
  bytes: Uint8Array,
  what: string,
  pattern: Pattern,
  replace: (match: string) => string,
): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const matches = [...text.matchAll(pattern.regex)];
  if (pattern.count !== 'any' && matches.length !== pattern.count) {
    throw refused(what, `${pattern.name}: found ${matches.length} times, expected ${pattern.count}`);
  }
  for (const match of matches) {
    const replacement = Buffer.from(replace(match[0]), 'latin1');
    if (replacement.length !== match[0].length)
      throw refused(what, `${pattern.name}: the replacement changes the length`);
    bytes.set(replacement, match.index);
  }
  return matches.length;
}

/** The refusal to ship a binary that isn't as expected. */
export function refused(what: string, fault: string): S6tsError {
  return new S6tsError('relocate-refused', `${what} is not the binary that s6ts can relocate: ${fault}`, {
    what,
    hint: 'build from the locked packages (--frozen), or report the version of this package',
  });
}

/** A text as a regular expression that matches it alone. */
export function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
