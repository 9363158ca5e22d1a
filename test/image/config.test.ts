import test from 'ava';
import fc from 'fast-check';
import { appendAt, isJsonObject, rawAt, removeAt, setAt, valueAt } from '../../src/image/config.js';

test('what is not edited keeps its bytes: key order, number forms, white space, escapes', (t) => {
  const text = '{ "10": 1.0 ,\n "2":12345678901234567890,"e":"\\u00e9", "config" : {"Env":[ "A=1" ]}\t}';
  t.is(
    setAt(text, ['config', 'Env', 0], '"B=2"'),
    '{ "10": 1.0 ,\n "2":12345678901234567890,"e":"\\u00e9", "config" : {"Env":[ "B=2" ]}\t}',
  );
  t.is(rawAt(text, ['2']), '12345678901234567890');
  t.is(rawAt(text, ['10']), '1.0');
});

test('an edit undone gives back the very text', (t) => {
  const spaced = fc.tuple(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('', ' ', 2, '\t', 4));
  fc.assert(
    fc.property(spaced, fc.string(), fc.string(), fc.jsonValue(), ([inner, indent], key, added, value) => {
      const text = JSON.stringify({ [`x${key}`]: inner, list: [inner], empty: {}, none: [] }, null, indent);
      const raw = JSON.stringify(value);
      for (const path of [[`y${added}`], ['empty', added]]) {
        const edited = setAt(text, path, raw);
        t.deepEqual(valueAt(edited, path), JSON.parse(raw));
        t.is(removeAt(edited, path), text);
      }
      for (const [path, index] of [
        [['list'], 1],
        [['none'], 0],
      ] as const) {
        const edited = appendAt(text, path, raw);
        t.is(rawAt(edited, [...path, index]), raw);
        t.is(removeAt(edited, [...path, index]), text);
      }
      const before = rawAt(text, [`x${key}`]) ?? '';
      t.is(setAt(setAt(text, [`x${key}`], raw), [`x${key}`], before), text);
    }),
  );
});

test('of two equal keys the last one counts, as for Docker', (t) => {
  const text = '{"a":1,"a":2}';
  t.is(valueAt(text, ['a']), 2);
  t.is(setAt(text, ['a'], '3'), '{"a":1,"a":3}');
});

test('the first of several members can be taken out', (t) => {
  t.is(removeAt('{ "a":1 , "b":2 }', ['a']), '{ "b":2 }');
  t.is(removeAt('[1, 2]', [0]), '[2]');
  t.is(removeAt('{"a":1}', ['b']), '{"a":1}');
});

test('what is no JSON, or no place, is refused', (t) => {
  for (const text of ['', '{', '{"a":1,}', '{"a":1} x', '// c\n{}', "{'a':1}"]) {
    t.throws(() => valueAt(text, ['a']), { code: 'json-invalid' }, text);
  }
  t.throws(() => setAt('{"a":[]}', ['a', 'b'], '1'), { code: 'json-invalid' });
  t.throws(() => setAt('{}', ['a', 'b'], '1'), { code: 'json-invalid' });
  t.throws(() => appendAt('{"a":{}}', ['a'], '1'), { code: 'json-invalid' });
  t.deepEqual(
    [isJsonObject('{}'), isJsonObject('[]'), isJsonObject('null'), isJsonObject('{} {}')],
    [true, false, false, false],
  );
});
