import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { bench, type Result } from './programs.js';

const { run, peer, folder, program } = bench();

/** A new folder for one test. */
const fresh = (): string => mkdtempSync(join(folder, 't-'));
const mode = (path: string): number => lstatSync(path).mode & 0o7777;
const good: Result = { code: 0, stdout: '', stderr: '' };

test('s6-chmod sets an octal mode, and says what fails on which file', async (t) => {
  const file = join(fresh(), 'f');
  writeFileSync(file, '');
  t.deepEqual(await run('s6-chmod', ['2750', file]), good);
  t.is(mode(file), 0o2750);
  const { code, stderr } = await run('s6-chmod', ['755', `${file}x`]);
  t.is(code, 111);
  t.is(stderr, `s6-chmod: fatal: unable to change the mode of ${file}x: No such file or directory\n`);
});

test('s6-chown changes what it is told, and with -U takes UID and GID', async (t) => {
  const file = join(fresh(), 'f');
  const owner = (): number[] => [statSync(file).uid, statSync(file).gid];
  writeFileSync(file, '');
  t.deepEqual(await run('s6-chown', ['-u', '1234', '-g', '5678', file]), good);
  t.deepEqual(owner(), [1234, 5678]);
  t.deepEqual(await run('s6-chown', ['-g', '1', file]), good);
  t.deepEqual(owner(), [1234, 1]);
  t.deepEqual(await run('s6-chown', ['-U', file], { env: { UID: '7', GID: '8' } }), good);
  t.deepEqual(owner(), [7, 8]);
  t.regex((await run('s6-chown', ['-U', file], { env: { UID: '7' } })).stderr, /GID isn't set/);
  t.is((await run('s6-chown', ['-u', '0', file], { uid: 65534 })).code, 111);
});

test('s6-dumpenv writes each value byte for byte into a folder that it makes', async (t) => {
  const dir = join(fresh(), 'env');
  const { code, stderr } = await run('s6-dumpenv', ['-m', '700', dir], {
    env: { A: 'x\ny', EMPTY: '', 'a/b': '1' },
  });
  t.is(code, 0);
  t.regex(stderr, /warning: left out.*a\/b/);
  t.is(mode(dir), 0o700);
  t.deepEqual(readdirSync(dir).sort(), ['A', 'EMPTY']);
  t.is(readFileSync(join(dir, 'A'), 'utf8'), 'x\ny');
  t.deepEqual(await run('s6-dumpenv', ['-m', '755', dir], { env: { A: '2' } }), good);
  t.is(mode(dir), 0o700, 'a folder that was there keeps its mode');
  t.is(readFileSync(join(dir, 'A'), 'utf8'), '2');
  t.is((await run('s6-dumpenv', [join(dir, 'A')])).code, 111);
});

/** What a tree holds: path, kind, mode, owner, content. */
const listing = (root: string): string =>
  execFileSync('find', ['.', '-printf', '%P %y %m %U:%G %l\n'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .sort()
    .join('\n');

test('s6-hiercopy copies every kind of file with mode and owner', async (t) => {
  const root = fresh();
  const from = join(root, 'from');
  mkdirSync(join(from, 'sub/deep'), { recursive: true });
  writeFileSync(join(from, 'sub/big'), 'x'.repeat(300_000));
  writeFileSync(join(from, '.hidden'), '');
  symlinkSync('/nowhere', join(from, 'link'));
  execFileSync(
    'sh',
    [
      '-c',
      'mkfifo fifo; mknod null c 1 3; chown 5:6 sub/big; chmod 4751 sub/big; chmod 2555 sub; chown -h 7:8 link',
    ],
    { cwd: from },
  );
  t.deepEqual(await run('s6-hiercopy', [from, join(root, 'to/')]), good);
  t.is(listing(join(root, 'to')), listing(from));
  t.is(readFileSync(join(root, 'to/sub/big'), 'utf8').length, 300_000);
  t.deepEqual(await run('s6-hiercopy', [from, join(root, 'to')]), good, 'again, over itself');
  t.is(listing(join(root, 'to')), listing(from));
});

test('s6-hiercopy merges into a folder, replaces files and follows no link below it', async (t) => {
  const root = fresh();
  mkdirSync(join(root, 'a/d'), { recursive: true });
  mkdirSync(join(root, 'b'));
  mkdirSync(join(root, 'elsewhere'));
  writeFileSync(join(root, 'a/f'), 'new');
  writeFileSync(join(root, 'a/d/g'), '');
  writeFileSync(join(root, 'target'), 'target');
  symlinkSync('../target', join(root, 'b/f'));
  writeFileSync(join(root, 'b/kept'), '');
  t.deepEqual(await run('s6-hiercopy', [join(root, 'a'), join(root, 'b')]), good);
  t.true(lstatSync(join(root, 'b/f')).isFile() && existsSync(join(root, 'b/kept')));
  t.is(readFileSync(join(root, 'target'), 'utf8'), 'target');
  mkdirSync(join(root, 'c'));
  symlinkSync('../elsewhere', join(root, 'c/d'));
  const refused = await run('s6-hiercopy', [join(root, 'a'), join(root, 'c')]);
  t.is(refused.code, 111);
  t.regex(refused.stderr, /unable to open the folder .*\/c\/d: /);
  t.deepEqual(readdirSync(join(root, 'elsewhere')), []);
  t.regex(
    (await run('s6-hiercopy', [join(root, 'a'), join(root, 'a/d/copy')])).stderr,
    /destination lies in the source/,
  );
  t.is((await run('s6-hiercopy', [join(root, 'nosuch'), join(root, 'x')])).code, 111);
});

test('s6-hiercopy as another user keeps its owner, and drops the set-id bits', async (t) => {
  const root = fresh();
  chmodSync(root, 0o777);
  writeFileSync(join(root, 'su'), '');
  chmodSync(join(root, 'su'), 0o4755);
  t.deepEqual(await run('s6-hiercopy', [join(root, 'su'), join(root, 'copy')], { uid: 65534 }), good);
  t.is(mode(join(root, 'copy')), 0o755);
  t.is(statSync(join(root, 'copy')).uid, 65534);
});

test('s6-linkname reads a link, resolves a path with -f', async (t) => {
  const root = fresh();
  writeFileSync(join(root, 'file'), '');
  symlinkSync('file', join(root, 'a'));
  symlinkSync('a', join(root, 'b'));
  t.is((await run('s6-linkname', [join(root, 'b')])).stdout, 'a\n');
  t.is((await run('s6-linkname', ['-n', join(root, 'b')])).stdout, 'a');
  t.is((await run('s6-linkname', ['-f', join(root, 'b')])).stdout, `${root}/file\n`);
  t.is((await run('s6-linkname', ['-fn', `${root}/./file`])).stdout, `${root}/file`);
  t.is((await run('s6-linkname', [join(root, 'file')])).code, 111);
  t.is((await run('s6-linkname', ['-f', join(root, 'nosuch')])).code, 111);
});

test('s6-ln makes hard and symbolic links, into folders too', async (t) => {
  const root = fresh();
  const at = (name: string): string => join(root, name);
  const inode = (name: string): number => lstatSync(at(name)).ino;
  writeFileSync(at('file'), '');
  mkdirSync(at('dir'));
  symlinkSync('file', at('link'));
  t.deepEqual(await run('s6-ln', [at('file'), at('hard')]), good);
  t.is(inode('hard'), inode('file'));
  t.deepEqual(await run('s6-ln', ['-s', 'file', at('soft')]), good);
  t.is(readlinkSync(at('soft')), 'file');
  t.deepEqual(await run('s6-ln', [at('file'), at('link'), at('dir')]), good);
  t.is(inode('dir/file'), inode('file'));
  t.is(inode('dir/link'), inode('link'), '-P is the default');
  t.deepEqual(await run('s6-ln', ['-L', at('link'), at('followed')]), good);
  t.is(inode('followed'), inode('file'));
  const there = await run('s6-ln', ['-s', 'x', at('file')]);
  t.is(there.code, 111);
  t.regex(there.stderr, /unable to link .*\/file to x: File exists/);
});

test('s6-ln -f replaces by a rename and leaves nothing behind; -n replaces a link to a folder', async (t) => {
  const root = fresh();
  const at = (name: string): string => join(root, name);
  writeFileSync(at('a'), 'a');
  writeFileSync(at('b'), 'b');
  mkdirSync(at('dir'));
  symlinkSync('dir', at('current'));
  t.deepEqual(await run('s6-ln', ['-f', at('a'), at('b')]), good);
  t.is(readFileSync(at('b'), 'utf8'), 'a');
  t.deepEqual(await run('s6-ln', ['-f', at('a'), at('b')]), good, 'two names of one file');
  t.deepEqual(await run('s6-ln', ['-nsf', 'elsewhere', at('current')]), good);
  t.is(readlinkSync(at('current')), 'elsewhere');
  t.deepEqual(readdirSync(root).sort(), ['a', 'b', 'current', 'dir']);
  t.is((await run('s6-ln', ['-nsf', 'x', at('nosuch/y')])).code, 111);
});

test('s6-ls lists, without or with the hidden', async (t) => {
  const root = fresh();
  for (const name of ['b', 'a', '.h', 'c d']) writeFileSync(join(root, name), '');
  const ls = async (...args: string[]): Promise<string> => (await run('s6-ls', [...args, root])).stdout;
  t.is(await ls(), 'a\nb\nc d\n');
  t.is(await ls('-0'), 'a\0b\0c d\0');
  t.is(await ls('-a'), '.h\na\nb\nc d\n');
  t.is(await ls('-A'), '.\n..\n.h\na\nb\nc d\n');
  t.is(await ls('-x', 'b', '-x', 'a'), 'c d\n');
  t.is((await run('s6-ls', [join(root, 'a')])).code, 111);
});

for (const [umask, args] of [
  ['022', []],
  ['077', []],
  ['027', ['-m', '2775']],
  ['000', ['-p']],
  ['077', ['-p', '-m', '711']],
  ['777', ['-p']],
] as const) {
  test(`s6-mkdir ${args.join(' ')} gives the modes that mkdir gives, umask ${umask}`, async (t) => {
    const path = args[0] === '-p' ? 'x/y//z/' : 'x';
    const listed: string[] = [];
    for (const tool of [program('s6-mkdir'), 'mkdir']) {
      const root = fresh();
      const { stdout } = await peer('sh', [
        '-c',
        `cd ${root}; umask ${umask}; ${tool} ${args.join(' ')} ${path}; echo $?`,
      ]);
      listed.push(`${stdout}${listing(root).replaceAll(/^ d.*$/gm, '')}`);
    }
    t.is(listed[0], listed[1]);
    t.regex(listed[0] ?? '', /^0\n/);
  });
}

test('s6-mkdir: -v tells, what is there is a failure but for -p, and the others are made', async (t) => {
  const root = fresh();
  writeFileSync(join(root, 'file'), '');
  mkdirSync(join(root, 'dir'));
  const made = await run('s6-mkdir', ['-v', join(root, 'dir'), join(root, 'new')]);
  t.is(made.code, 111);
  t.regex(made.stderr, /unable to make the folder .*dir: File exists\ns6-mkdir: made the folder .*new\n$/);
  t.deepEqual(await run('s6-mkdir', ['-p', join(root, 'dir')]), good);
  t.is((await run('s6-mkdir', ['-p', join(root, 'file')])).code, 111);
  t.regex((await run('s6-mkdir', ['-p', join(root, 'file/x')])).stderr, /Not a directory/);
  t.deepEqual(await run('s6-mkdir', []), good);
});

test('s6-mkfifo makes fifos of an exact mode', async (t) => {
  const root = fresh();
  t.deepEqual(await run('s6-mkfifo', ['-m', '622', join(root, 'a'), join(root, 'b')]), good);
  t.true(lstatSync(join(root, 'b')).isFIFO());
  t.is(mode(join(root, 'a')), 0o622);
  t.is((await run('s6-mkfifo', [join(root, 'a')])).code, 111);
});

test('s6-rename replaces in one step', async (t) => {
  const root = fresh();
  writeFileSync(join(root, 'a'), 'a');
  writeFileSync(join(root, 'b'), 'b');
  t.deepEqual(await run('s6-rename', [join(root, 'a'), join(root, 'b')]), good);
  t.deepEqual(readdirSync(root), ['b']);
  t.regex(
    (await run('s6-rename', [join(root, 'a'), join(root, 'b')])).stderr,
    /unable to rename .*a to .*b: No such/,
  );
});

test('s6-rmrf removes a tree and not what its links lead to; nothing there is fine', async (t) => {
  const root = fresh();
  mkdirSync(join(root, 'tree/a/b'), { recursive: true });
  mkdirSync(join(root, 'kept'));
  writeFileSync(join(root, 'kept/file'), '');
  symlinkSync('../../kept', join(root, 'tree/a/link'));
  for (let i = 0; i < 500; i++) writeFileSync(join(root, 'tree/a/b', `file ${String(i)}`), '');
  t.deepEqual(await run('s6-rmrf', [join(root, 'tree')]), good);
  t.deepEqual(await run('s6-rmrf', [join(root, 'tree')]), good);
  symlinkSync('kept', join(root, 'link'));
  t.deepEqual(await run('s6-rmrf', [join(root, 'link/')]), good);
  t.deepEqual(readdirSync(root), ['kept']);
  t.deepEqual(readdirSync(join(root, 'kept')), ['file']);
  chmodSync(join(root, 'kept'), 0o755);
  const refused = await run('s6-rmrf', [join(root, 'kept')], { uid: 65534 });
  t.is(refused.code, 111);
  t.regex(refused.stderr, /unable to remove .*\/kept: Permission denied/);
});

test('s6-touch makes files and sets times, of a fifo without waiting', async (t) => {
  const root = fresh();
  const old = join(root, 'old');
  writeFileSync(old, 'text');
  execFileSync('mkfifo', [join(root, 'fifo')]);
  for (const path of [old, join(root, 'fifo')]) utimesSync(path, 1, 1);
  t.deepEqual(await run('s6-touch', [old, join(root, 'fifo'), join(root, 'new')]), good);
  for (const name of ['old', 'fifo', 'new'])
    t.true(statSync(join(root, name)).mtimeMs > Date.now() - 60_000, name);
  t.is(readFileSync(old, 'utf8'), 'text');
  t.is((await run('s6-touch', [join(root, 'nosuch/x')])).code, 111);
});

test('seekablepipe gives the reader a file without a name, and harms none that was there', async (t) => {
  const root = fresh();
  const temporary = join(root, 'tmp');
  writeFileSync(join(root, 'precious'), 'precious');
  linkSync(join(root, 'precious'), temporary);
  const reader = 'tail -c 4; ls -A; [ -w /dev/fd/0 ] && echo "$(stat -Lc %a /dev/stdin)"';
  const { code, stdout } = await run('seekablepipe', [temporary, 'sh', '-c', `cd ${root}; ${reader}`], {
    stdin: 'x'.repeat(99_999) + 'end\n',
  });
  t.is(stdout, 'end\nprecious\n600\n');
  t.is(code, 0);
  t.is(readFileSync(join(root, 'precious'), 'utf8'), 'precious');
  t.is((await run('seekablepipe', [join(root, 'no/tmp'), 'cat'])).code, 111);
  t.is((await run('seekablepipe', [temporary, 'nosuch-program'])).code, 127);
});
