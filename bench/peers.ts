/** Roots and command lines of what s6ts is measured beside: Debian's tini, dumb-init, runit, supervisor; bare s6-svscan. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, opendirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeRoot } from './launcher.js';

/** What can be started as PID 1: the root, and the command line without a CMD. */
export interface Peer {
  readonly root: string;
  readonly argv: readonly string[];
}

/** The service that is the CMD where an init knows none apart from its services. */
export const CMD_SERVICE = 'cmd';

/** Service folders: name → text of `run`. */
export type Services = Readonly<Record<string, string>>;

const runFiles = (under: string, services: Services): Record<string, string> =>
  Object.fromEntries(Object.entries(services).map(([name, run]) => [`${under}/${name}/run`, run]));

/** Names to try where a folder's order goes by the names' hashes. */
const NAMES = 10_000;

/**
 * Sees to it that the folder's own order has the service last that stands for the CMD: s6-svscan and runsvdir start
 * services in that order, and our /init, too, starts the CMD after the services. Else chance said how many come before.
 */
function cmdLast(scan: string): void {
  if (lastIn(scan) === CMD_SERVICE) return;
  // Where the newest come first: all others are newer then.
  for (const name of readdirSync(scan).filter((each) => each !== CMD_SERVICE)) {
    renameSync(join(scan, name), join(scan, `${name}~`));
    renameSync(join(scan, `${name}~`), join(scan, name));
  }
  let name = CMD_SERVICE;
  for (let number = 0; lastIn(scan) !== name; number++) {
    if (number === NAMES) throw new Error(`${scan}: no name makes the CMD's service the last`);
    const next = `${CMD_SERVICE}${number}`;
    renameSync(join(scan, name), join(scan, next));
    name = next;
  }
}

/** The entry that readdir(3) gives last; readdirSync would sort them. */
function lastIn(folder: string): string | undefined {
  const entries = opendirSync(folder);
  let last: string | undefined;
  for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) last = entry.name;
  entries.closeSync();
  return last;
}

/** Our /init with these services. */
export function s6ts(root: string, overlay: string, mark: string, services: Services): Peer {
  return { root: makeRoot(root, overlay, mark, runFiles('etc/services.d', services)), argv: ['/init'] };
}

/** s6-svscan as PID 1, without anything of ours but its private loader: s6's own programs in place of our fronts too. */
export function bareSvscan(root: string, overlay: string, mark: string, services: Services): Peer {
  makeRoot(root, overlay, mark, runFiles('scan', services));
  if (CMD_SERVICE in services) cmdLast(join(root, 'scan'));
  const home = join(root, 'usr/lib/s6');
  for (const name of readdirSync(join(home, 'libexec'))) {
    rmSync(join(home, 'bin', name));
    symlinkSync(`../libexec/${name}`, join(home, 'bin', name));
  }
  return { root, argv: ['/usr/lib/s6/bin/s6-svscan', '/scan'] };
}

/** tini, static; its CMD follows. */
export function tini(root: string, mark: string): Peer {
  makeRoot(root, undefined, mark, {});
  copyFileSync('/usr/bin/tini-static', join(root, 'tini'));
  return { root, argv: ['/tini', '--'] };
}

/** dumb-init; its CMD follows. */
export function dumbInit(root: string, mark: string): Peer {
  return { root: hostRoot(root, mark, {}), argv: ['/usr/bin/dumb-init', '--'] };
}

/** runit's runsvdir. */
export function runit(root: string, mark: string, services: Services): Peer {
  hostRoot(root, mark, runFiles('scan', services));
  if (CMD_SERVICE in services) cmdLast(join(root, 'scan'));
  return { root, argv: ['/usr/bin/runsvdir', '-P', '/scan'] };
}

/** supervisord in the foreground: its configuration names commands, so a service is its `run` file here too. */
export function supervisor(root: string, mark: string, services: Services): Peer {
  const programs = Object.keys(services).map(
    (name) =>
      `[program:${name}]\ncommand=/scan/${name}/run\nstartsecs=0\nstdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=0\n`,
  );
  const config = `[supervisord]\nnodaemon=true\nsilent=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=/tmp/pid\n`;
  return {
    root: hostRoot(root, mark, {
      ...runFiles('scan', services),
      'etc/supervisord.conf': [config, ...programs].join('\n'),
    }),
    argv: ['/usr/bin/supervisord', '-c', '/etc/supervisord.conf'],
  };
}

/** A root with the machine's /usr, read only, for programs that need its libraries. Goes with the scratch folder. */
export function hostRoot(root: string, mark: string, files: Readonly<Record<string, string>>): string {
  makeRoot(root, undefined, mark, files);
  mkdirSync(join(root, 'usr'));
  execFileSync('mount', ['--bind', '/usr', join(root, 'usr')]);
  execFileSync('mount', ['-o', 'remount,bind,ro', join(root, 'usr')]);
  for (const name of ['lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
  return root;
}
