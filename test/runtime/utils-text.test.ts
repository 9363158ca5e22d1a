import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { bench } from './programs.js';

const { run, peer, program, folder } = bench();
const POEM = 'one\ntwo\n\nthree four\nFive:six:seven\nlast';
writeFileSync(join(folder, 'poem'), POEM);
writeFileSync(join(folder, 'empty'), '');
writeFileSync(join(folder, 'newlines'), '\n\n\n');

/** Program, arguments, standard input; and where it isn't the first without "s6-", the peer's own call. */
type Call = readonly [name: string, args: readonly string[], stdin?: string, peerArgs?: readonly string[]];

/** Where ours and coreutils' agree on what a call means, they must agree on every byte. */
const SAME: readonly Call[] = [
  ...[
    '/',
    '//',
    '///',
    'a',
    'a/',
    'a//',
    '/a',
    'a/b',
    'a/b//',
    '/a/b/c',
    '.',
    '..',
    'a/.',
    '',
    'a.c',
    '//a',
  ].flatMap((path): Call[] => [
    ['s6-basename', [path]],
    ['s6-dirname', [path]],
  ]),
  ['s6-basename', ['a/b.c', '.c']],
  ['s6-basename', ['b.c/', '.c']],
  ['s6-basename', ['.c', '.c']],
  ['s6-basename', ['a', 'longer']],
  ['s6-basename', ['--', '-a']],
  ['s6-cat', [], POEM],
  ['s6-cat', [], ''],
  ['s6-cut', ['-b', '2-3'], POEM],
  ['s6-cut', ['-c', '1,3,5-'], POEM],
  ['s6-cut', ['-b', '-2'], POEM],
  ['s6-cut', ['-f', '2', '-d', ':'], POEM],
  ['s6-cut', ['-f', '1,3', '-d', ':', '-s'], POEM],
  ['s6-cut', ['-f2-', '-d', ' ', 'poem', 'empty', '-'], 'x y z\n'],
  ['s6-cut', ['-f', '2'], 'a\tb\tc\n\t\n'],
  ['s6-cut', ['-nb', '4'], POEM],
  ['s6-grep', ['o'], POEM],
  ['s6-grep', ['-n', '^t'], POEM],
  ['s6-grep', ['-v', 'o'], POEM],
  ['s6-grep', ['-c', 'o'], POEM],
  ['s6-grep', ['-cv', 'o'], POEM],
  ['s6-grep', ['-i', 'FIVE'], POEM],
  ['s6-grep', ['-q', 'o'], POEM],
  ['s6-grep', ['-q', 'zzz'], POEM],
  ['s6-grep', ['zzz'], POEM],
  ['s6-grep', ['\\(e\\)\\1'], POEM],
  ['s6-grep', ['-E', '(six|last)'], POEM],
  ['s6-grep', ['-E', '^[[:alpha:]]+$'], POEM],
  ['s6-grep', ['-F', 'o'], POEM],
  ['s6-grep', ['-F', '^t'], POEM],
  ['s6-grep', ['-Fi', 'THREE F'], POEM],
  ['s6-grep', ['-F', ''], POEM],
  ['s6-grep', ['-nvi', 'E'], POEM],
  ['s6-head', [], POEM.repeat(9)],
  ['s6-head', ['-n', '2'], POEM],
  ['s6-head', ['-3'], POEM],
  ['s6-head', ['-12'], POEM.repeat(9)],
  ['s6-head', ['-c', '5'], POEM],
  ['s6-head', ['-n', '0'], POEM],
  ['s6-head', ['-n', '1', 'poem', 'empty', '-'], POEM],
  ['s6-head', ['-n', '1', 'poem']],
  ['s6-head', ['-S', '-n2'], POEM, ['-n2']],
  ['s6-sort', [], POEM],
  ['s6-sort', ['-r'], POEM],
  ['s6-sort', ['-f'], 'b\nA\na\nB\n'],
  ['s6-sort', ['-fr'], 'b\nA\na\nB\n'],
  ['s6-sort', ['-fu'], 'b\nA\na\nB\nb\n'],
  ['s6-sort', ['-b'], ' b\na\n\tc\n  a\n'],
  ['s6-sort', ['-bu'], ' b\na\n\tb\n  a\n'],
  ['s6-sort', ['-u'], 'b\na\nb\n\n\n'],
  ['s6-sort', ['-0'], 'b\0a\n\0a', ['-z']],
  ['s6-sort', [], ''],
  ['s6-sort', ['-c'], 'a\nb\n'],
  ...['-n1', '-n2', '-n0', '-n99', '-n+1', '-n+2', '-n+99', '-c3', '-c0', '-c+3', '-n-2', '-c999'].flatMap(
    (option): Call[] => [
      ['s6-tail', [option], POEM],
      ['s6-tail', [option, 'poem']],
      ['s6-tail', [option, 'newlines']],
      ['s6-tail', [option, 'empty']],
    ],
  ),
  ['s6-tail', [], POEM.repeat(50)],
  ['s6-tail', ['-n2', '-'], POEM],
  ['s6-seq', ['5']],
  ['s6-seq', ['3', '5']],
  ['s6-seq', ['0', '3', '10']],
  ['s6-seq', ['5', '3']],
  ['s6-seq', ['-w', '8', '11']],
  ['s6-seq', ['18446744073709551614', '18446744073709551615']],
  ['s6-expr', ['2', '+', '3', '*', '4']],
  ['s6-expr', ['(', '2', '+', '3', ')', '*', '4']],
  ['s6-expr', ['abc', '<', 'abd']],
  ['s6-expr', ['10', '>', '9']],
  ['s6-expr', ['0', '|', 'x']],
  ['s6-expr', ['', '&', 'x']],
  ['s6-expr', ['-7', '%', '3']],
  ['s6-expr', ['3', '-', '3']],
  ['s6-env', ['-i', 'B=2', 'A=1']],
  ['s6-env', ['-', 'A=1']],
  ['s6-env', ['-i', 'A=1', 'A=2']],
  ['s6-env', ['-i', 'A=1', 'sh', '-c', 'echo $A; exit 3']],
  ['s6-env', ['A=x=y', 'sh', '-c', 'echo $A']],
  ['s6-true', ['x', '-y']],
  ['s6-false', []],
];

for (const name of [...new Set(SAME.map(([called]) => called))]) {
  test(`${name} does what its peer does`, async (t) => {
    for (const [called, args, stdin = '', peerArgs = args] of SAME) {
      if (called !== name) continue;
      const ours = await run(called, args, { stdin });
      const theirs = await peer(called.slice('s6-'.length), peerArgs, { stdin });
      const call = JSON.stringify([called, args, stdin.slice(0, 40)]);
      t.is(ours.stdout, theirs.stdout, call);
      t.is(ours.code, theirs.code, call);
      t.is(ours.stderr, '', call);
    }
  });
}

/** What is the family's own: call, standard input, what comes out, the exit code. */
const OWN: readonly (readonly [...Call, string, number])[] = [
  ['s6-basename', ['-n', 'a/b'], '', [], 'b', 0],
  ['s6-dirname', ['-n', 'a/b'], '', [], 'a', 0],
  ['s6-expr', ['a', ':', 'b'], '', [], '', 2],
  ['s6-expr', ['1', '/', '0'], '', [], '', 2],
  ['s6-expr', ['9223372036854775807', '+', '1'], '', [], '', 3],
  ['s6-format-filter', ['%1: %s (%%) %0', 'x'], 'a\nb\n', [], 'x: a (%) NAME\nx: b (%) NAME\n', 0],
  ['s6-format-filter', ['%s.'], 'last', [], 'last.\n', 0],
  ['s6-format-filter', ['%s'], '', [], '', 0],
  ['s6-grep', ['-q', '-c', 'a'], 'a\n', [], '', 0],
  ['s6-grep', ['-F', 'b'], 'a\0b\n', [], 'a\0b\n', 0],
  ['s6-sort', ['-c'], 'b\na\n', [], '', 1],
  ['s6-sort', ['-cu'], 'a\na\n', [], '', 1],
  ['s6-sort', ['-cr'], 'b\na\n', [], '', 0],
  ['s6-seq', ['-s', ',', '3'], '', [], '1,2,3,', 0],
  ['s6-seq', ['-s', '', '2'], '', [], '1\x002\0', 0],
  ['s6-quote', ['a"b\\\n'], '', [], '"a\\"b\\\\\\n"\n', 0],
  ['s6-quote', ['-n', '-d', "'", "it's"], '', [], "'it\\'s'", 0],
  ['s6-quote', ['-u', 'a b\x01'], '', [], 'a b\\0x01\n', 0],
  ['s6-quote', ['--', '-n'], '', [], '"-n"\n', 0],
  ['s6-unquote', ['"a\\tb"'], '', [], 'a\tb\n', 0],
  ['s6-unquote', ['-n', '-d', '', 'a\\0x41'], '', [], 'aA', 0],
  ['s6-unquote', ['-d', '\'"', "'x\"'"], '', [], 'x"\n', 0],
  ['s6-quote-filter', [], 'a\n\n"\nlast', [], '"a"\n""\n"\\""\n"last"', 0],
  ['s6-quote-filter', ['-u'], '\xff\n', [], '\\0xff\n', 0],
  ['s6-unquote-filter', ['-q'], '"a"\nb\n"c"', [], 'a\nb\nc', 0],
  ['s6-unquote-filter', ['-w'], '"a"\n"b"\n', [], 'a\nb\n', 0],
  ['s6-unquote-filter', ['-w'], '"a"\nb\n"c"\n', [], 'a\n', 100],
];

for (const [index, [name, args, stdin, , stdout, code]] of OWN.entries()) {
  test(`${name} ${JSON.stringify(args)} (${index})`, async (t) => {
    const result = await run(name, args, stdin === undefined ? {} : { stdin });
    t.is(result.stdout.replaceAll(/\S*s6-format-filter/g, 'NAME'), stdout);
    t.is(result.code, code);
    t.is(result.stderr === '', code === 0 || (code === 1 && stdout === ''));
  });
}

test('s6-unquote-filter says as much as it is asked to', async (t) => {
  const said = async (option: string) =>
    (await run('s6-unquote-filter', [option], { stdin: '"a"\nbad\n' })).stderr;
  t.is(await said('-q'), '');
  t.regex(await said('-Q'), /^s6-unquote-filter: warning: line 2: [^\n]*delimiter\n$/);
  t.regex(await said('-v'), /line 2: .*\(character 1\): bad\n$/);
  t.regex(await said('-w'), /^s6-unquote-filter: fatal: line 2: /);
});

test('s6-head and s6-cut go on behind a file that is missing, and exit 111', async (t) => {
  for (const [name, option] of [
    ['s6-head', '-n1'],
    ['s6-cut', '-b1-'],
  ] as const) {
    const { code, stdout, stderr } = await run(name, [option, 'nosuch', 'poem']);
    t.is(code, 111);
    t.true(stdout.includes('one\n'), name);
    t.regex(stderr, /unable to open nosuch: No such file or directory\n$/);
  }
});

test('s6-head -S leaves the rest to the next reader, in a pipe and in a file', async (t) => {
  const both = `${program('s6-head')} -S -n 2; echo --; cat`;
  const piped = await peer('sh', ['-c', both], { stdin: POEM });
  t.is(piped.stdout, `one\ntwo\n--\n${POEM.slice(8)}`);
  const file = await peer('sh', ['-c', `{ ${both}; } <poem`]);
  t.is(file.stdout, `one\ntwo\n--\n${POEM.slice(8)}`);
});

test('what can not be written is said, and exits 111', async (t) => {
  for (const call of [
    `${program('s6-seq')} 99999`,
    `${program('s6-cat')} <poem`,
    `${program('s6-sort')} <poem`,
  ]) {
    const { stdout, stderr } = await peer('sh', ['-c', `${call} >/dev/full; echo $?`]);
    t.is(stdout, '111\n', call);
    t.regex(stderr, /unable to write to stdout: No space left on device/, call);
  }
});
