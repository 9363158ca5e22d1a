import test from 'ava';
import fc from 'fast-check';
import { S6tsError } from '../../../src/base/error.js';
import { parseControl, requireField } from '../../../src/overlay/source/debian/control.js';

test('stanzas, continuation lines, comments and CRLF are read as deb822(5) says', (t) => {
  const text = '# a comment\r\nPackage: a\r\nDescription: first\n second\n\t third\n\n\nPACKAGE: b\nEmpty:\n';
  const [first, second, ...others] = parseControl(text, 'file');
  t.deepEqual(
    [...(first ?? [])],
    [
      ['package', 'a'],
      ['description', 'first\nsecond\n third'],
    ],
  );
  t.deepEqual(
    [...(second ?? [])],
    [
      ['package', 'b'],
      ['empty', ''],
    ],
  );
  t.deepEqual(others, []);
});

for (const [fault, text, line] of [
  ['a line without a colon', 'Package: a\nrubbish\n', 2],
  ['a continuation of nothing', ' lost\n', 1],
  ['a field twice', 'A: 1\nB: 2\na: 3\n', 3],
  ['a field without a name', ': x\n', 1],
] as const) {
  test(`${fault} is an error that names the line`, (t) => {
    const error = t.throws(() => parseControl(text, 'file'), { instanceOf: S6tsError });
    t.is(error.code, 'control-malformed');
    t.true(error.message.startsWith(`file:${line}:`), error.message);
  });
}

test('a field that is missing or empty is named', (t) => {
  const [stanza] = parseControl('A: 1\nB:\n', 'file');
  if (stanza === undefined) return t.fail();
  t.is(requireField(stanza, 'A', 'file'), '1');
  for (const field of ['B', 'C']) {
    t.regex(
      t.throws(() => requireField(stanza, field, 'file')).message,
      new RegExp(`field ${field} is missing`),
    );
  }
});

const fieldName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,11}$/);
const value = fc.array(fc.stringMatching(/^[!-~]( ?[!-~]){0,20}$/), { minLength: 1, maxLength: 4 });
const stanza = fc.uniqueArray(fc.tuple(fieldName, value), {
  minLength: 1,
  maxLength: 6,
  selector: ([name]) => name.toLowerCase(),
});

test('what is written is read again', (t) => {
  fc.assert(
    fc.property(fc.array(stanza, { maxLength: 4 }), (stanzas) => {
      const text = stanzas
        .map((fields) => fields.map(([name, lines]) => `${name}: ${lines.join('\n ')}\n`).join(''))
        .join('\n');
      const expected = stanzas.map((fields) =>
        fields.map(([name, lines]) => [name.toLowerCase(), lines.join('\n')]),
      );
      t.deepEqual(
        parseControl(text, 'file').map((fields) => [...fields]),
        expected as [string, string][][],
      );
    }),
  );
});

test('no text makes it end in anything but a result or its own error', (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'B', ':', ' ', '\n', '\t', '#', '\r', '\0', '-', 'é') }),
      (text) => {
        try {
          parseControl(text, 'file');
        } catch (error) {
          if (!(error instanceof S6tsError)) throw error;
        }
      },
    ),
  );
  t.pass();
});
