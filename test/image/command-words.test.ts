import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { parseCommand } from '../../src/image/additions/command-words.js';
import { serviceScript } from '../../src/image/additions/service-script.js';

const parsed = (text: string): unknown => parseCommand(text, 'it');

test('words are split and unquoted as a shell does, JSON is taken as it is', (t) => {
  for (const [text, words] of [
    ['nginx -g "daemon off;"', ['nginx', '-g', 'daemon off;']],
    [`a '' "" b\\ c 'd"e' "f'g" h"i"'j'`, ['a', '', '', 'b c', 'd"e', "f'g", 'hij']],
    ['a "\\$x \\n \\\\" \\$y', ['a', '$x \\n \\', '$y']],
    ["a '$x `y` *'", ['a', '$x `y` *']],
    ['a\tb  c=d x~ y#', ['a', 'b', 'c=d', 'x~', 'y#']],
    ['["a","b c",""]', ['a', 'b c', '']],
    [' [ "a" ]', ['a']],
  ] as const) {
    t.deepEqual(parsed(text), { kind: 'words', words }, text);
  }
});

test('what only a shell can do is left to one; one command is told from several', (t) => {
  for (const text of ['a $x', 'a "$x"', 'a `b`', 'a *.c', 'a > b', 'a ~', 'a [b]', 'a #b']) {
    t.deepEqual(parsed(text), { kind: 'shell', text, simple: true }, text);
  }
  for (const text of [
    'a; b',
    'a && b',
    'a | b',
    'a &',
    '(a)',
    'A=1 b',
    'cd x',
    'exec a $b',
    'if a; then b; fi',
    'a\nb',
  ]) {
    t.deepEqual(parsed(text), { kind: 'shell', text, simple: false }, text);
  }
});

test('what is no command is refused', (t) => {
  for (const text of ['', '  ', 'a "b', "a 'b", 'a\\', '[]', '["a"', '[1]', '["",""]']) {
    t.throws(() => parsed(text), { code: 'usage' }, text);
  }
});

test('sh splits the words as we do', (t) => {
  const piece = fc.constantFrom('a', ' ', "'", '"', '\\', '-', '=', 'ü', '\t', '%', '"x y"', "'z'");
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 9 }), (pieces) => {
      const text = pieces.join('');
      let ours;
      try {
        ours = parseCommand(text, 'it');
      } catch {
        return;
      }
      if (ours.kind === 'shell' || ours.words[0] === '') return;
      const shown = execFileSync('sh', ['-c', `for i in ${text}; do printf '%s\\0' "$i"; done`], {
        encoding: 'utf8',
      });
      t.deepEqual(shown.split('\0').slice(0, -1), [...ours.words], text);
    }),
    { numRuns: 60 },
  );
});

test("a service's run: words by execline, the rest by sh", (t) => {
  const run = (text: string): string => serviceScript(parseCommand(text, 'it'));
  t.is(run('a "b c" \'d"\\\''), '#!/command/execlineb -P\nwith-contenv a "b c" "d\\"\\\\"\n');
  t.is(run('a $b'), '#!/command/with-contenv sh\nexec a $b\n');
  t.is(run('a; b'), '#!/command/with-contenv sh\na; b\n');
});
