import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { releaseTarball } from '../harness/release.js';
import { busyboxBinary } from '../harness/roots.js';

const tarball = await releaseTarball();

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 's6ts-root-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A root with nothing but our overlay, a static busybox to look around with, and these files. */
function rootWith(t: ExecutionContext, files: Readonly<Record<string, string>> = {}): string {
  const root = folder(t);
  chmodSync(root, 0o755);
  execFileSync('tar', ['xzf', tarball, '-C', root]);
  writeFileSync(join(root, 'bin', 'busybox'), busyboxBinary(), { mode: 0o755 });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** Runs a program in a root with this environment; the host's own programs never see it. */
function inRoot(
  root: string,
  env: Readonly<Record<string, string>>,
  ...command: string[]
): SpawnSyncReturns<string> {
  const assignments = Object.entries({ PATH: '/command:/usr/bin:/bin', ...env }).map(
    ([name, value]) => `${name}=${value}`,
  );
  const args = [root, '/bin/busybox', 'env', '-i', ...assignments, ...command];
  return spawnSync('chroot', args, { encoding: 'utf8', timeout: 20_000 });
}

const ACCOUNTS = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nuser:x:1234:1234:user:/home:/bin/sh\n',
  'etc/group': 'root:x:0:\nuser:x:1234:\nextra:x:777:user\n',
};

/** What would change, break or betray our programs if their loader listened to it. */
const HOSTILE: Readonly<Record<string, string>> = {
  LD_PRELOAD: '/lib/evil.so:evil.so',
  LD_LIBRARY_PATH: '/evil:/lib',
  LD_AUDIT: '/evil.so',
  LD_DEBUG: 'all',
  LD_DEBUG_OUTPUT: '/ld-debug',
  LD_TRACE_LOADED_OBJECTS: '1',
  LD_BIND_NOW: '1',
  LD_SHOW_AUXV: '1',
  LD_HWCAP_MASK: '0',
  LD_PROFILE: 'libc.so.6',
  GLIBC_TUNABLES: 'glibc.malloc.check=3:glibc.rtld.optional_static_tls=0',
  GCONV_PATH: '/evil',
  LOCPATH: '/evil',
  NIS_PATH: '/evil',
};

const SCRIPT = 's6-setuidgid user s6-envuidgid -u user foreground { s6-echo ran } /bin/busybox env';

for (const [name, value] of [...Object.entries(HOSTILE), ['all of them', ''] as const]) {
  test(`a hostile environment changes nothing, and children get it as it was: ${name}`, (t) => {
    const env = name === 'all of them' ? HOSTILE : { [name]: value };
    const root = rootWith(t, ACCOUNTS);
    const ended = inRoot(root, env, '/usr/bin/execlineb', '-Pc', SCRIPT);
    t.is(ended.status, 0, ended.stderr);
    t.is(ended.stderr, '');
    const lines = ended.stdout.split('\n');
    t.is(lines[0], 'ran');
    for (const [variable, text] of Object.entries(env))
      t.true(lines.includes(`${variable}=${text}`), variable);
    t.false(readdirSync(root).some((file) => file.startsWith('ld-debug')));
  });
}

for (const [name, files] of Object.entries<Readonly<Record<string, string>>>({
  'no nsswitch.conf': {},
  'nsswitch.conf of a Debian with sssd': {
    'etc/nsswitch.conf': 'passwd: compat systemd sss\ngroup: compat systemd sss\ninitgroups: sss\n',
  },
  'nsswitch.conf of an LDAP client': {
    'etc/nsswitch.conf': 'passwd: ldap [NOTFOUND=return] files\ngroup: ldap\n',
  },
  'nsswitch.conf full of rubbish': { 'etc/nsswitch.conf': '\0\xff passwd\n:::\n' },
  'ld.so.preload and ld.so.cache of another world': {
    'etc/ld.so.preload': '/lib/evil.so\n',
    'etc/ld.so.cache': 'rubbish',
  },
})) {
  test(`a user with groups is found: ${name}`, (t) => {
    const ended = inRoot(
      rootWith(t, { ...ACCOUNTS, ...files }),
      {},
      '/command/s6-setuidgid',
      'user',
      '/bin/busybox',
      'id',
    );
    t.is(ended.status, 0, ended.stderr);
    t.is(ended.stdout, 'uid=1234(user) gid=1234(user) groups=777(extra),1234(user)\n');
    t.is(ended.stderr, '');
  });
}

test('a library of ours in the image, and the image loader, are never opened: strace sees our folder and accounts only', (t) => {
  const root = rootWith(t, {
    ...ACCOUNTS,
    'lib/libc.so.6': 'not ours',
    'lib64/ld-linux-x86-64.so.2': 'not ours',
  });
  const log = join(folder(t), 'log');
  const opened = spawnSync(
    'strace',
    [
      '-f',
      '-o',
      log,
      '-e',
      'trace=open,openat,execve,connect',
      'chroot',
      root,
      '/bin/busybox',
      'env',
      '-i',
      'LD_LIBRARY_PATH=/lib',
      '/command/s6-setuidgid',
      'user',
      '/bin/busybox',
      'true',
    ],
    { encoding: 'utf8' },
  );
  t.is(opened.status, 0, opened.stderr);
  const lines = readFileSync(log, 'utf8').split('\n');
  const from = lines.findIndex((line) => line.includes('execve("/command/s6-setuidgid"'));
  t.true(from > 0);
  const names = lines.slice(from).flatMap((line) => /"([^"]*)"/.exec(line)?.[1]?.replace(/\/+/g, '/') ?? []);
  const foreign = names.filter(
    (name) =>
      !/^\/(?:usr\/lib\/s6\/|command\/|bin\/busybox$|etc\/(?:passwd|group)$|var\/run\/nscd\/socket$)/.test(
        name,
      ),
  );
  t.deepEqual(foreign, []);
  t.true(names.includes('/usr/lib/s6/lib/libc.so.6'));
  t.true(names.includes('/usr/lib/s6/nss.rc'));
});

test('scratch: programs run with nothing else there, by number too', (t) => {
  const ended = inRoot(
    rootWith(t),
    {},
    '/command/s6-applyuidgid',
    '-u',
    '4242',
    '-g',
    '4343',
    '-G',
    '',
    '/bin/busybox',
    'id',
    '-u',
  );
  t.is(ended.stdout, '4242\n', ended.stderr);
});

/** Folders that images have as links somewhere: each is tried alone, where nothing depends on the others. */
const LINKED = [
  'bin',
  'sbin',
  'usr',
  'usr/bin',
  'usr/sbin',
  'usr/lib',
  'lib',
  'etc',
  'run',
  'var',
  'etc/cont-init.d',
  'etc/services.d',
];

for (const [tool, command] of [
  ['GNU tar', ['tar']],
  ['busybox tar', ['busybox', 'tar']],
] as const) {
  for (const linked of LINKED) {
    test(`${tool} leaves an image's link /${linked} alone, and puts our files behind it`, (t) => {
      const root = folder(t);
      for (const path of ['usr/bin', 'usr/lib', 'etc', 'run'])
        mkdirSync(join(root, path), { recursive: true });
      mkdirSync(join(root, 'elsewhere'));
      rmSync(join(root, linked), { recursive: true, force: true });
      // Relative, so that it means the same here as in a container.
      const target = `${'../'.repeat(linked.split('/').length - 1)}elsewhere`;
      symlinkSync(target, join(root, linked));
      const [program, ...args] = command;
      execFileSync(program, [...args, 'xzf', tarball, '-C', root]);
      t.true(lstatSync(join(root, linked)).isSymbolicLink());
      t.is(readlinkSync(join(root, linked)), target);
      if (!['lib', 'var', 'usr/sbin'].includes(linked))
        t.true(readdirSync(join(root, 'elsewhere')).length > 0);
      t.true(statSync(join(root, 'usr/lib/s6/bin/s6-svscan')).isFile());
    });
  }
}
