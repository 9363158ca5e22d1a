import { S6tsError } from '../../../base/error.js';

/** One stanza of a Debian control file: field name in lower case → value, continuation lines joined by newlines. */
export type Stanza = ReadonlyMap<string, string>;

/**
 * Reads deb822 text (deb822(5)): stanzas of "Field: value" lines, continuation lines beginning with a space or tab,
 * comment lines beginning with #, stanzas separated by blank lines.
 * @throws S6tsError `control-malformed` naming `what` and the line.
 */
export function parseControl(text: string, what: string): Stanza[] {
  const stanzas: Stanza[] = [];
  let fields = new Map<string, string>();
  let last: string | undefined;
  const finish = (): void => {
    if (fields.size > 0) stanzas.push(fields);
    fields = new Map();
    last = undefined;
  };
  text.split('\n').forEach((raw, index) => {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.startsWith('#')) return;
    if (line.trim() === '') {
      finish();
      return;
    }
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (last === undefined) throw malformed(what, index, 'a continuation line without a field');
      fields.set(last, `${fields.get(last) ?? ''}\n${line.slice(1)}`);
      return;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon < 1 || !/^[!-9;-~]+$/.test(name))
      throw malformed(what, index, 'neither a field nor its continuation');
    if (fields.has(name)) throw malformed(what, index, `a second ${name}`);
    fields.set(name, line.slice(colon + 1).trim());
    last = name;
  });
  finish();
  return stanzas;
}

/** The value of a field that must be there. @throws S6tsError `control-malformed`. */
export function requireField(stanza: Stanza, field: string, what: string): string {
  const value = stanza.get(field.toLowerCase());
  if (value === undefined || value === '') {
    throw new S6tsError('control-malformed', `${what}: the field ${field} is missing`, { what });
  }
  return value;
}

function malformed(what: string, index: number, fault: string): S6tsError {
  return new S6tsError('control-malformed', `${what}:${index + 1}: ${fault}`, { what });
}
