import { S6tsError } from '../../base/error.js';
import { isStrings } from '../labels.js';

/** What a user types to be run. */
export type Command =
  /** A program and its arguments: no shell is needed. */
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** What only a shell understands; `simple` is one command, which may be exec'ed. */
  | { readonly kind: 'shell'; readonly text: string; readonly simple: boolean };

/** Reserved words of a shell that begin a compound command (POSIX.1-2017, Shell Command Language, 2.4). */
const RESERVED = [
  '!',
  '{',
  'case',
  'for',
  'if',
  'until',
  'while',
  'exec',
  '.',
  ':',
  'cd',
  'export',
  'set',
  'trap',
];

/** Characters outside of quotes that mean something to a shell; the first row ends a simple command. */
const OPERATORS = '|&;()\n';
const EXPANSIONS = '$`<>*?[';

/**
 * Reads a command: a JSON array is taken word by word, as in a Dockerfile; else words are split and unquoted as a shell
 * does, and what holds anything that only a shell can do is left to one. @throws S6tsError `usage` naming `what`.
 */
export function parseCommand(text: string, what: string): Command {
  if (text.trimStart().startsWith('[')) return { kind: 'words', words: jsonWords(text, what) };
  const { words, special } = split(text, what);
  const [first = ''] = words;
  if (words.length === 0) throw usage(`${what} says nothing to run`);
  const compound = special.operator || RESERVED.includes(first) || /^[A-Za-z_]\w*=/.test(first);
  if (!compound && !special.expansion) return { kind: 'words', words };
  return { kind: 'shell', text, simple: !compound };
}

function jsonWords(text: string, what: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw usage(`${what} begins like a JSON array, and is none: ${text}`);
  }
  if (isStrings(value) && value.length > 0 && value[0] !== '') return value;
  throw usage(`${what} is no JSON array of strings: ${text}`);
}

interface Split {
  readonly words: readonly string[];
  readonly special: { readonly operator: boolean; readonly expansion: boolean };
}

/** Splits and unquotes (POSIX.1-2017, Shell Command Language, 2.2). */
function split(text: string, what: string): Split {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  let [operator, expansion] = [false, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\' && quote !== "'") {
      const next = text.charAt((at += 1));
      if (next === '') throw usage(`${what} ends with a backslash`);
      // Between double quotes it is itself before most characters.
      word = `${word ?? ''}${quote === '"' && !'$`"\\'.includes(next) ? character : ''}${next}`;
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word = `${word ?? ''}${character}`;
      expansion ||= quote === '"' && '$`'.includes(character);
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === ' ' || character === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      operator ||= OPERATORS.includes(character);
      expansion ||= EXPANSIONS.includes(character) || (word === undefined && '~#'.includes(character));
      word = `${word ?? ''}${character}`;
    }
  }
  if (quote !== '') throw usage(`${what} has a quote that isn't closed: ${text}`);
  return { words: word === undefined ? words : [...words, word], special: { operator, expansion } };
}

function usage(message: string): S6tsError {
  return new S6tsError('usage', message, {
    hint: `write it as for a shell, 'nginx -g "daemon off;"', or as JSON, '["nginx","-g","daemon off;"]'`,
  });
}
