import type { Files } from '../../harness/tarball.js';
import { boxed, type BoxEnded, type Root } from '../box/box.js';

/** What /init does at boot and stop, each thing once. */
export const WORLD: Files = {
  '/data/a': 'a',
  '/data/b': 'b',
  '/tmp': { folder: 0o1777 },
  '/etc/fix-attrs.d/10-data': '/data true nobody 0640 0750\n',
  '/etc/cont-init.d/10-say': '#!/usr/bin/with-contenv sh\necho "init $WHO"\n',
  '/etc/services.d/s/run': '#!/bin/sh\necho s up; : >/tmp/up; exec sleep 1000\n',
  '/etc/services.d/s/finish': '#!/bin/sh\necho s down\n',
  '/etc/services.d/t/run': '#!/bin/sh\nexec sleep 1000\n',
  '/etc/services.d/t/log/run': '#!/bin/sh\nexec cat\n',
  '/etc/cont-finish.d/10-say': '#!/bin/sh\necho finish\n',
};

/** Waits until the service has come up, unless it was left out, for 5 s at most; then ends with a code of its own. */
export const CMD: readonly string[] = [
  'sh',
  '-c',
  'i=0; while [ -e /run/service/s ] && ! [ -e /tmp/up ] && [ $((i += 1)) -lt 100 ]; do sleep 0.05; done; echo cmd; exit 3',
];

/** Longer than a stop takes while many worlds run side by side. */
const PATIENT = { S6_SERVICES_GRACETIME: '3000' };

/** A call of /init and of its children before their execve fails: the N-th of each process, or always. */
export interface Fault {
  readonly call: string;
  readonly when?: number;
  readonly error: string;
}

/** musl's words for them, which are /init's. */
const TEXTS: Readonly<Record<string, string>> = {
  EPERM: 'Operation not permitted',
  ENOSYS: 'Function not implemented',
  ENOMEM: 'Out of memory',
  EIO: 'I/O error',
};
export const ERRORS: readonly string[] = Object.keys(TEXTS);

/** Calls that return no error, or not to anybody. */
const NO_ERROR = new Set(['exit_group', 'arch_prctl', 'set_tid_address', 'rt_sigreturn']);
/** By their man pages they can't fail as /init calls them: it need not say so, but must neither hang nor crash. */
const CANNOT_FAIL = new Set(['clock_gettime', 'rt_sigprocmask', 'getpid', 'fcntl', 'poll', 'close', 'dup2']);

/** Runs the world with a fault in it, or without one. */
export function under(root: Root, fault?: Fault): Promise<BoxEnded> {
  const inject =
    fault === undefined
      ? []
      : [
          `--trace=${fault.call}`,
          `--inject=${fault.call}:error=${fault.error}${fault.when === undefined ? '' : `:when=${fault.when}`}`,
        ];
  return boxed(root, { cmd: CMD, env: PATIENT, strace: ['-f', '-b', 'execve', ...inject] });
}

/** The calls that a run without fault shows, and how often the process that makes most of them makes each. */
export function callsOf(clean: BoxEnded): Map<string, number> {
  const byProcess = new Map<string, number>();
  const most = new Map<string, number>();
  for (const line of clean.log) {
    const [, pid = '', call = ''] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    // strace spoils no call that is newer than itself: seccomp.test.ts does.
    if (call === '' || call.startsWith('syscall_') || NO_ERROR.has(call)) continue;
    const count = (byProcess.get(`${pid} ${call}`) ?? 0) + 1;
    byProcess.set(`${pid} ${call}`, count);
    most.set(call, Math.max(most.get(call) ?? 0, count));
  }
  return most;
}

const sorted = (text: string): string => text.split('\n').sort().join('\n');

/**
 * What is wrong with how /init took the fault; nothing where all went on as without it, or where a line with the
 * error's text names a path or the script or service that it is about.
 */
export function judge(clean: BoxEnded, result: BoxEnded, { call, error }: Fault): string[] {
  if (!result.end.startsWith('exit')) return [result.end];
  if (result.end === clean.end && sorted(result.stdout) === sorted(clean.stdout)) return [];
  const hit = result.log.some((line) => line.includes('(INJECTED)'));
  if (!hit) return [`differs without a fault: ${result.end}`];
  if (CANNOT_FAIL.has(call)) return [];
  const named = result.stderr
    .split('\n')
    .some(
      (line) =>
        line.includes(TEXTS[error] ?? error) && /\/[\w.-]+|\[[\w.-]+\] \S|unable to \w+ \w+/.test(line),
    );
  return named ? [] : ['not said'];
}
