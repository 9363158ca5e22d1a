import test from 'ava';
import fc from 'fast-check';
import { bench } from './programs.js';

const { run } = bench();

/** Each run is a process. */
const RUNS = { numRuns: 40 };
const bytes = (min: number, max: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 1, max: 255 }), { minLength: min, maxLength: max })
    .map((list) => String.fromCharCode(...list));
/** Bytes that make quoting hard come often. */
const awkward = fc
  .array(fc.oneof(fc.constantFrom('"', '\\', '\n', '\r', '0', 'x', 'n', '\x7f', '\xff', '\t'), bytes(1, 3)), {
    maxLength: 30,
  })
  .map((parts) => parts.join(''));
const delimiters = fc
  .integer({ min: 33, max: 126 })
  .map((code) => String.fromCharCode(code))
  .filter((c) => c !== '\\');

test('what s6-quote-filter quotes, s6-unquote-filter gives back, with any delimiter', async (t) => {
  await fc.assert(
    fc.asyncProperty(awkward, delimiters, fc.boolean(), async (text, delimiter, enclosed) => {
      const quoted = await run('s6-quote-filter', [...(enclosed ? [] : ['-u']), '-d', delimiter], {
        stdin: text,
      });
      const back = await run('s6-unquote-filter', ['-w', '-d', enclosed ? delimiter : ''], {
        stdin: quoted.stdout,
      });
      return /^[\n -~]*$/.test(quoted.stdout) && back.code === 0 && back.stdout === text;
    }),
    RUNS,
  );
  t.pass();
});

test('what s6-quote quotes, s6-unquote gives back', async (t) => {
  // an argument is UTF-8 here: as Latin-1 its bytes come out
  const words = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !text.includes('\0'));
  await fc.assert(
    fc.asyncProperty(words, delimiters, async (text, delimiter) => {
      const quoted = await run('s6-quote', ['-n', '-d', delimiter, '--', text]);
      const back = await run('s6-unquote', ['-n', '-d', delimiter, '--', quoted.stdout]);
      return (
        quoted.code === 0 &&
        /^[ -~]*$/.test(quoted.stdout) &&
        back.stdout === Buffer.from(text).toString('latin1')
      );
    }),
    RUNS,
  );
  t.pass();
});

test('s6-seq counts like a loop', async (t) => {
  const small = fc.bigInt({ min: 0n, max: 300n });
  const nearTheEnd = fc.bigInt({ min: 2n ** 64n - 200n, max: 2n ** 64n - 1n });
  const pairs = fc.oneof(fc.tuple(small, small), fc.tuple(nearTheEnd, nearTheEnd));
  await fc.assert(
    fc.asyncProperty(
      pairs,
      fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
      fc.boolean(),
      async ([first, last], step, fixed) => {
        const increment = step % 2n === 0n ? (step % 50n) + 1n : step;
        let wanted = '';
        for (let n = first; n <= last; n += increment)
          wanted += `${String(n).padStart(fixed ? String(last).length : 0, '0')}\n`;
        const limits = [first, increment, last].map(String);
        return (await run('s6-seq', [...(fixed ? ['-w'] : []), ...limits])).stdout === wanted;
      },
    ),
    RUNS,
  );
  t.pass();
});

test('s6-sort sorts like a comparison of bytes', async (t) => {
  const lines = fc.array(fc.oneof(fc.constantFrom('', 'a', 'B', ' b', 'A'), bytes(0, 6)), { maxLength: 60 });
  const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  await fc.assert(
    fc.asyncProperty(lines, fc.boolean(), fc.boolean(), async (list, reverse, unique) => {
      const clean = list.map((line) => line.replaceAll('\n', ''));
      const wanted = (unique ? [...new Set(clean)] : clean).toSorted((a, b) =>
        reverse ? order(b, a) : order(a, b),
      );
      const stdin = clean.map((line) => `${line}\n`).join('');
      const options = [...(reverse ? ['-r'] : []), ...(unique ? ['-u'] : [])];
      return (await run('s6-sort', options, { stdin })).stdout === wanted.map((line) => `${line}\n`).join('');
    }),
    RUNS,
  );
  t.pass();
});

test('s6-cut chooses bytes and fields like a set of numbers', async (t) => {
  const range = fc.tuple(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 0, max: 5 }),
    fc.integer({ min: 0, max: 3 }),
  );
  const words = fc.array(fc.stringMatching(/^[a-z:]{0,10}$/), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(range, { minLength: 1, maxLength: 4 }),
      words,
      fc.boolean(),
      async (ranges, lines, byFields) => {
        const chosen = (n: number): boolean =>
          ranges.some(([first, more, kind]) =>
            kind === 0 ? n >= first : kind === 1 ? n <= first : n >= first && n <= first + more,
          );
        const list = ranges.map(([first, more, kind]) =>
          kind === 0
            ? `${String(first)}-`
            : kind === 1
              ? `-${String(first)}`
              : `${String(first)}-${String(first + more)}`,
        );
        const pick = (parts: string[]): string[] => parts.filter((_, index) => chosen(index + 1));
        const cut = (line: string): string =>
          !byFields
            ? pick(line.split('')).join('')
            : line.includes(':')
              ? pick(line.split(':')).join(':')
              : line;
        const args = byFields ? ['-d', ':', '-f', list.join(',')] : ['-b', list.join(',')];
        const { stdout } = await run('s6-cut', args, { stdin: lines.map((line) => `${line}\n`).join('') });
        return stdout === lines.map((line) => `${cut(line)}\n`).join('');
      },
    ),
    RUNS,
  );
  t.pass();
});
