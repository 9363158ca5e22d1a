// fuzz-seeds.js FOLDER: a corpus for each fuzzer of the runtime, from the recorded cases of the original, and from what the
// field writes that those lack. FOLDER/NAME/NUMBER, in the format that src/runtime/fuzz/NAME_fuzz.c documents.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const golden = JSON.parse(readFileSync(new URL('../test/fixtures/golden.json', import.meta.url), 'utf8'));
const files = golden.flatMap((one) => Object.entries(one.files ?? {}));
const texts = files.map(([, { text = '' }]) => text);
const lines = (text) => text.split('\n').filter((line) => line !== '');
const fixAttrs = files
  .filter(([path]) => path.includes('fix-attrs.d'))
  .flatMap(([, { text }]) => lines(text));
const environments = golden.map((one) => Object.entries(one.env ?? {})).filter((env) => env.length > 0);
const words = golden.flatMap((one) => one.cmd ?? []);
const zeros = (list) => list.map((word) => `${word}\0`).join('');

const PASSWD =
  'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nbin:x:2:2::/bin:\nnobody:x:65534:65534::/:\nwww-data:x:33:33::/var/www:/bin/sh\n';
const GROUP = 'root:x:0:\ndaemon:x:1:\nbin:x:2:\nadm:x:4:www-data,daemon\nnogroup:x:65534:\n';
/** The seed's table of accounts, besides those that the cases use. */
const ACCOUNTS =
  'daemon daemon:adm 11111:22222 daemon:11111 11111:daemon nosuch,1:2 nosuch:adm,1:2 www-data:nosuch,7:8 :adm bin:'.split(
    ' ',
  );

/** The names in the runtime's own table of knobs. */
const knobNames = [
  ...readFileSync(new URL('../src/runtime/knobs.def', import.meta.url), 'utf8').matchAll(
    /^(?:NUMBER|TEXT)\(\w+, "(\w+)"/gm,
  ),
].map(([, name]) => name);

/** As execlineb hands a block over: a space in front of each word, once more for each block, an empty word at its end. */
function block(text) {
  let depth = 0;
  const out = [];
  for (const word of text.split(/\s+/)) {
    if (word === '{') depth++;
    else if (word === '}') out.push(' '.repeat(--depth));
    else out.push(' '.repeat(depth) + word);
  }
  return zeros(out);
}
const BLOCKS = [
  '{ import HOME } echo ${HOME}',
  '{ import -D /tmp HOME importas -u USER LOGNAME define x y } prog',
  '{ importas -S HOME import -i PATH elgetpositionals -P 1 } prog a b',
  '{ elglob -0v files *.d multidefine -d : a:b:c { one two three } import TERM } prog',
  '{ import -sCd, -- A import B } if { true } prog',
];

const variable = (name, value) => {
  const [n, v] = [Buffer.from(name), Buffer.from(value)];
  const lengths = Buffer.alloc(4);
  lengths.writeUInt16LE(n.length, 0);
  lengths.writeUInt16LE(v.length, 2);
  return Buffer.concat([lengths, n, v]);
};
const PATHS = [
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ['PATH', '/usr/bin:/command'],
];
/** Sizes around that at which the reader's memory first grows. */
const SIZES = Array.from({ length: 64 }, (_, more) => [['V', 'v'.repeat(1000 + more)]]);
const folders = (kind) =>
  [...environments, PATHS, ...SIZES].map((env) =>
    Buffer.concat([Buffer.from([kind]), ...env.map(([name, value]) => variable(name, value))]),
  );

const SEEDS = {
  account: [...new Set([...fixAttrs.map((line) => line.split(/\s+/)[2] ?? ''), ...ACCOUNTS])].map(
    (spec) => `${spec}\n\n${PASSWD}\n\n${GROUP}`,
  ),
  envdir: [...folders(0), ...folders(1), ...folders(0b10_01_11_1)],
  expr: ['1\0+\x002', '(\x003\0*\0-4\0)\0<\x005', 'abc\0=\0abd\0|\x000\0&\x001', '7\0%\x003'],
  filters: ['%%1 ${x}', 'a%sb%9', '1-3,5,7-', '-4,2', '@400000005f5e1000075bca00'],
  fix_attrs: [...fixAttrs, '/a\ttrue  root,1:2 - 02755 # why', '  # only this'],
  glob: [...new Set(fixAttrs.map((line) => line.split(/\s+/)[0] ?? ''))].map(
    (pattern) => `${String.fromCharCode(pattern.length)}${pattern}/data2/f1`,
  ),
  import: BLOCKS.map(block),
  knobs: [
    ...['1', '-1', 'HUP', 'no'].map((value) => `\x00${zeros(knobNames.map((name) => `${name}=${value}`))}`),
    ...environments.flatMap((env) => {
      const entries = env.map(([name, value]) => `${name}=${value}`);
      return env.map(([, value], kind) => `${String.fromCharCode(kind)}${zeros([value, ...entries])}`);
    }),
  ],
  merge: [zeros(['00', '10', '', '00', '20', '', '10']), zeros(files.map(([path]) => path))],
  quote: ['"it\\x41s \\n \\0377', "'plain", '/a\\/b'],
  script: [
    ...new Set([
      ...texts,
      '#!/usr/bin/execlineb -P\n',
      '#! /bin/sh\r\n',
      '\u{feff}#!/bin/sh\n',
      '#!\n',
      '\x7fELF',
    ]),
  ],
  text: [
    ...new Set([...words, ...environments.flatMap((env) => env.map(([, value]) => value))]),
    'SIGRTMIN+3',
    '02750',
  ],
};

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: fuzz-seeds.js FOLDER');
  process.exit(2);
}
for (const [name, seeds] of Object.entries(SEEDS)) {
  mkdirSync(join(folder, name), { recursive: true });
  for (const [index, seed] of seeds.entries()) writeFileSync(join(folder, name, String(index)), seed);
}
