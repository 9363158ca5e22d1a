import { readFileSync } from 'node:fs';
import test from 'ava';
import { FRONTED } from '../../src/overlay/source/fronted.js';
import { bench } from './programs.js';

const { run } = bench();

/** A wrong call of each program; s6-true and s6-false, as POSIX has them, take any. */
const WRONG: Readonly<Record<string, readonly (readonly string[])[]>> = {
  's6-basename': [[], ['-x', 'a'], ['a', 'b', 'c']],
  's6-cat': [['file']],
  's6-chmod': [[], ['755'], ['u+x', 'f'], ['8', 'f'], ['10000', 'f'], ['755', 'f', 'g']],
  's6-chown': [
    [],
    ['-u', 'root', 'f'],
    ['-u', '-1', 'f'],
    ['-u', '4294967295', 'f'],
    ['-g'],
    ['f', 'g'],
    ['-U', 'f'],
  ],
  's6-clock': [['now'], ['@40'], ['@400000000000000a00000000', 'x']],
  's6-cut': [
    [],
    ['-b'],
    ['-b', '0'],
    ['-b', '1', '-c', '1'],
    ['-b', '1', '-d', ':'],
    ['-b', '1', '-s'],
    ['-f', '1', '-d', '::'],
  ],
  's6-dirname': [[], ['-x', 'a'], ['a', 'b']],
  's6-dumpenv': [[], ['-m', 'rwx', 'd'], ['a', 'b']],
  's6-echo': [['-x'], ['-s']],
  's6-env': [['-x'], ['=a']],
  's6-expr': [[]],
  's6-format-filter': [[], ['%d'], ['%'], ['%1'], ['%2', 'a']],
  's6-grep': [[], ['-x', 'a'], ['a', 'b'], ['['], ['-E', '(']],
  's6-head': [['-n'], ['-n', 'x'], ['-c', '-1'], ['-x']],
  's6-hiercopy': [[], ['a'], ['a', 'b', 'c'], ['', 'b']],
  's6-linkname': [[], ['-x', 'a'], ['a', 'b']],
  's6-ln': [[], ['a'], ['-x', 'a', 'b'], ['a', 'b', 'nosuch']],
  's6-ls': [[], ['-x'], ['-y', '.'], ['.', '.']],
  's6-maximumtime': [[], ['100'], ['x', 'true'], ['-z', '1', 'true'], ['-1', 'true']],
  's6-mkdir': [['-m', 'u=rwx', 'd'], ['-x']],
  's6-mkfifo': [['-m', '9', 'f'], ['-x']],
  's6-nice': [['-n', 'x', 'true'], ['-x'], ['-n', '5']],
  's6-nuke': [['-x'], ['all']],
  's6-pause': [['-x'], ['-p', 'x'], ['-p', '65'], ['-p', '15,'], ['-p', '9'], ['now']],
  's6-printenv': [['PATH'], ['-x'], ['-d']],
  's6-quote': [[], ['a', 'b'], ['-d', '\\', 'a'], ['-d', '', 'a'], ['-d', '\t', 'a'], ['-x', 'a']],
  's6-quote-filter': [['a'], ['-d', '\\'], ['-x']],
  's6-rename': [[], ['a'], ['a', 'b', 'c']],
  's6-rmrf': [[], [''], ['a', 'b'], ['.'], ['..'], ['a/..']],
  's6-seq': [[], ['-1'], ['1.5'], ['1', '0', '5'], ['1', '2', '3', '4'], ['x'], ['99999999999999999999']],
  's6-sleep': [[], ['x'], ['-1'], ['1.5']],
  's6-sort': [['file'], ['-x']],
  's6-svscan-reminder': [[], ['a']],
  's6-sync': [['now']],
  's6-tail': [['-n', 'x'], ['-f'], ['a', 'b'], ['-c', '+-1']],
  's6-touch': [[], ['-t', 'a']],
  's6-uniquename': [[], ['a', 'b'], ['-n', 'x', 'a'], ['-n', '256', 'a']],
  's6-unquote': [[], ['a', 'b'], ['-d', '\\', 'a'], ['x'], ['"x'], ['"\\0"']],
  's6-unquote-filter': [['a'], ['-x'], ['-d', 'a\\']],
  's6-update-symlinks': [[], ['/a'], ['a', '/b'], ['/a', 'b']],
  seekablepipe: [[], ['file']],
  'with-retries': [[], ['-n', 'x', 'true'], ['-t', '-1', 'true']],
};

for (const [name, calls] of Object.entries(WRONG)) {
  test(`${name}: wrong calls exit 100 and say why`, async (t) => {
    for (const [index, args] of calls.entries()) {
      const { code, stdout, stderr } = await run(name, args, { stdin: 'x\n' });
      const call = `${name} ${args.join(' ')}`;
      t.is(code, 100, call);
      t.is(stdout, '', call);
      // the first call of each list is one whose form is wrong: it gets the usage line
      t.regex(
        stderr,
        index === 0 ? new RegExp(`^${name}: usage: ${name}\\b.*\n$`) : new RegExp(`^${name}: .+\n$`),
        call,
      );
    }
  });
}

test('the table of wrong calls has every program of utils.def', (t) => {
  const table = readFileSync(new URL('../../src/runtime/utils.def', import.meta.url), 'utf8');
  const names = [...table.matchAll(/^APPLET\("([^"]+)"/gm)].map((match) => match[1] ?? '');
  t.is(names.length, 46);
  // Of wrong calls the programs behind our fronts tell: test/e2e/worlds/ids.test.ts has those of s6-applyuidgid.
  const fronts = names.filter((name) => FRONTED.has(name));
  t.deepEqual(names, [...Object.keys(WRONG), ...fronts, 's6-false', 's6-true'].sort());
});

test('the binary under a name that is none of its own lists them', async (t) => {
  const { code, stderr } = await run('s6-overlay-utils');
  t.is(code, 100);
  t.true(stderr.includes('s6-basename') && stderr.includes('seekablepipe'));
});
