import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, posix } from 'node:path';
import type { Files, FileSpec } from './tarball.js';

/** Folders that every busybox root holds: a container's own files need no entry for them. */
export const PRESENT: ReadonlySet<string> = new Set(
  '/bin /sbin /usr /usr/bin /usr/sbin /usr/lib /lib /etc /var /var/run /var/log /var/tmp /run /tmp /root /home /dev /proc /sys'.split(
    ' ',
  ),
);

/** How a root differs from the plain one. */
export interface RootOptions {
  /** /bin, /sbin, /lib: real folders (default), or links into /usr, as Debian and Fedora have them. */
  readonly merged?: 'relative' | 'absolute';
  /** /var/run: absent (default), a real folder, or a link to /run. */
  readonly varRun?: 'folder' | 'relative-link' | 'absolute-link';
  /** A static busybox of another architecture; default: this machine's. */
  readonly busybox?: Buffer;
}

const ACCOUNTS = [
  ['root', 0, 0],
  ['daemon', 1, 1],
  ['bin', 2, 2],
  ['adm', 3, 4],
  ['www-data', 33, 33],
  ['nobody', 65534, 65534],
] as const;

/** The busybox of Debian's busybox-static. @throws Error naming the package when it is not there or is not static. */
export function busyboxBinary(): Buffer {
  const path = ['/bin/busybox', '/usr/bin/busybox'].find((candidate) => existsSync(candidate));
  const bytes = path === undefined ? undefined : readFileSync(path);
  // A dynamic one (package busybox) names its loader and would not start in an image without libc.
  if (bytes === undefined || bytes.includes('/ld-linux')) {
    throw new Error('no static busybox on this machine: npm run setup installs busybox-static');
  }
  return bytes;
}

/** A root with busybox and its links, some accounts, and nothing else. */
export function busyboxRoot(options: RootOptions = {}): Files {
  const home = options.merged === undefined ? '/bin/busybox' : '/usr/bin/busybox';
  return {
    ...folders(options),
    ...varRun(options),
    '/etc/passwd': ACCOUNTS.map(([name, uid, gid]) => `${name}:x:${uid}:${gid}:${name}:/root:/bin/sh\n`).join(
      '',
    ),
    '/etc/group': ACCOUNTS.map(([name, , gid]) => `${name}:x:${gid}:\n`).join(''),
    [home]: { text: options.busybox ?? busyboxBinary(), mode: 0o755 },
    ...appletLinks(home),
  };
}

function folders({ merged }: RootOptions): Record<string, FileSpec> {
  const found: Record<string, FileSpec> = {};
  for (const path of [
    '/usr',
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib',
    '/etc',
    '/var',
    '/var/log',
    '/run',
    '/home',
  ]) {
    found[path] = { folder: 0o755 };
  }
  for (const path of ['/dev', '/proc', '/sys']) found[path] = { folder: 0o755 };
  for (const path of ['/bin', '/sbin', '/lib']) {
    found[path] =
      merged === undefined ? { folder: 0o755 } : { link: `${merged === 'absolute' ? '/' : ''}usr${path}` };
  }
  return { ...found, '/root': { folder: 0o700 }, '/tmp': { folder: 0o1777 }, '/var/tmp': { folder: 0o1777 } };
}

function varRun({ varRun: kind }: RootOptions): Record<string, FileSpec> {
  if (kind === undefined) return {};
  if (kind === 'folder') return { '/var/run': { folder: 0o755 } };
  return { '/var/run': { link: kind === 'absolute-link' ? '/run' : '../run' } };
}

/** Where busybox itself wants its names: `--list-full` prints `bin/ls`, `usr/bin/env`… */
function appletLinks(home: string): Record<string, FileSpec> {
  const list = execFileSync('busybox', ['--list-full'], { encoding: 'utf8' }).trim().split('\n');
  const merged = home.startsWith('/usr');
  const links: Record<string, FileSpec> = {};
  for (const applet of list) {
    const path = posix.join('/', merged ? applet.replace(/^(?:usr\/)?/, 'usr/') : applet);
    if (basename(path) !== 'busybox') links[path] = { link: home };
  }
  return links;
}
