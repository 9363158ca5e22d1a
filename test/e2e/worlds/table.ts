import type { ContainerOptions } from '../../harness/container-options.js';
import type { Worlds } from './world.js';

const READ_ONLY = '! touch /etc/x 2>/dev/null';
const NOT_PID_1 = '[ $PPID -ne 1 ]';
const NO_CAPABILITIES = "grep -q '^CapEff:.*[^0-9a-f]0*$' /proc/self/status";

const mounted = (path: string, how: string): string => `grep -q ' ${path} tmpfs .*${how}' /proc/mounts`;
const identity = (ids: string): string => `[ "$(id -u):$(id -g)" = ${ids} ]`;
const all = (...checks: readonly string[]): string => checks.join(' && ');

/** /init started by a shell that has changed the world first, as PID 1. */
const after = (change: string): Pick<ContainerOptions, 'entrypoint'> => ({
  entrypoint: ['sh', '-c', `${change}; exec /init "$@"`, 'sh'],
});

/** What a variable of 100,000 bytes is worth twenty times: near to Linux's limit for a stack of 8 MB, so it gets more. */
const TWO_MEGABYTES = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`BIG${index}`, String(index % 10).repeat(100_000)]),
);

/**
 * moby/moby#40734: calls that it doesn't know it refuses with EPERM, where ENOSYS would make a program look further.
 * clone3 is not among them: Debian's libc takes EPERM for final there (test/soak/faults/seccomp).
 */
const OLD_SECCOMP = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [
    {
      names:
        'statx rseq close_range openat2 pidfd_open pidfd_getfd pidfd_send_signal faccessat2 epoll_pwait2 fchmodat2'.split(
          ' ',
        ),
      action: 'SCMP_ACT_ERRNO',
    },
  ],
};

/** Roots and folders that can't be written to, or not executed from. */
const FILE_SYSTEMS: Worlds = {
  '--read-only': { options: { readOnly: true }, holds: READ_ONLY },
  '--read-only --tmpfs /run:noexec': {
    options: { readOnly: true, tmpfs: { '/run': 'noexec' } },
    holds: all(READ_ONLY, mounted('/run', 'noexec')),
  },
  'the seed’s --read-only --tmpfs /var:rw,exec -e S6_READ_ONLY_ROOT=1': {
    options: { readOnly: true, tmpfs: { '/var': 'rw,exec' }, env: { S6_READ_ONLY_ROOT: '1' } },
    holds: all(READ_ONLY, mounted('/var', 'rw')),
  },
};

/** Other users than root; Docker gives an unknown one the group 0. */
const USERS: Worlds = {
  '--user 1000': { options: { user: '1000' }, holds: identity('1000:0') },
  '--user 12345:54321': { options: { user: '12345:54321' }, holds: identity('12345:54321') },
  '--user 1000 --read-only': {
    options: { user: '1000', readOnly: true },
    holds: all(identity('1000:0'), READ_ONLY),
  },
  '--user 12345:54321 --read-only': {
    options: { user: '12345:54321', readOnly: true },
    holds: all(identity('12345:54321'), READ_ONLY),
  },
  '--user 12345:54321 --read-only --tmpfs /run/s6': {
    options: { user: '12345:54321', readOnly: true, tmpfs: { '/run/s6': '' } },
    holds: all(identity('12345:54321'), READ_ONLY, mounted('/run/s6', '')),
  },
};

/** Rights taken away. */
const RIGHTS: Worlds = {
  '--cap-drop ALL': { options: { host: { CapDrop: ['ALL'] } }, holds: NO_CAPABILITIES },
  '--cap-drop ALL --read-only': {
    options: { readOnly: true, host: { CapDrop: ['ALL'] } },
    holds: all(NO_CAPABILITIES, READ_ONLY),
  },
  'no-new-privileges': {
    options: { user: '1000', host: { SecurityOpt: ['no-new-privileges'] } },
    holds: "grep -q '^NoNewPrivs:.*1$' /proc/self/status",
  },
  'the default seccomp profile': { options: {}, holds: "grep -q '^Seccomp:.*2$' /proc/self/status" },
  'an old libseccomp, which answers EPERM to newer calls': {
    options: { host: { SecurityOpt: [`seccomp=${JSON.stringify(OLD_SECCOMP)}`] } },
    holds: "grep -q '^Seccomp:.*2$' /proc/self/status",
  },
  'hardened: all of these at once': {
    options: {
      user: '12345:54321',
      readOnly: true,
      host: { CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] },
    },
    holds: all(NO_CAPABILITIES, READ_ONLY, identity('12345:54321')),
  },
};

/** What a process counts on and doesn't find. */
const MISSING: Worlds = {
  'scratch, CMD a static program': {
    base: 'scratch',
    options: {},
    holds: '! [ -e /bin/sh ]',
  },
  'scratch --read-only --user 12345:54321': {
    base: 'scratch',
    options: { readOnly: true, user: '12345:54321' },
    holds: '! [ -e /bin/sh ] && ! [ -e /etc/passwd ]',
    // Nothing leads there in such an image, and nobody can make a link.
    mayWarn: [/\/var\/run\/s6 doesn't lead to \/run\/s6/],
  },
  '--init': {
    options: { host: { Init: true } },
    holds: all(NOT_PID_1, 'grep -q docker-init /proc/1/cmdline'),
  },
  '/proc not mounted': {
    options: { host: { CapAdd: ['SYS_ADMIN'] }, ...after('umount -l /proc') },
    holds: '! [ -e /proc/self ]',
  },
  'descriptors 0 to 2 closed': {
    options: after('exec <&- >&- 2>&-'),
    holds: '[ "$(readlink /proc/1/fd/1)" = /dev/null ]',
    report: '/report',
  },
  'nothing in /dev but /dev/shm': {
    options: after('for f in /dev/*; do [ -d $f ] || rm $f; done'),
    holds: '! [ -e /dev/null ] && ! [ -e /dev/tty ]',
    mayWarn: [/^s6-supervise s: warning: unable to open \/dev\/null/],
  },
};

/** Terminals and pipes. */
const INPUT: Worlds = {
  '-it': { options: { tty: true }, holds: '[ -t 0 ] && [ -t 1 ] && [ -t 2 ]' },
  '-i without a terminal': {
    options: { stdin: 'typed\n' },
    holds: '! [ -t 0 ] && read -r line && [ "$line" = typed ]',
  },
};

/** Too little, too much. */
const SIZES: Worlds = {
  'ENV with 2 MB of variables': {
    options: { env: TWO_MEGABYTES, host: { Ulimits: [{ Name: 'stack', Soft: 1 << 26, Hard: 1 << 26 }] } },
    holds: '[ ${#BIG0} -eq 100000 ] && [ ${#BIG19} -eq 100000 ]',
  },
  '--pids-limit 8': {
    options: { host: { PidsLimit: 8 } },
    holds: '[ "$(cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null)" = 8 ]',
  },
};

/** The worlds of RUNTIME.md's "Where v1 and v3 refuse, we run", in which one container at a time shows all. */
export const WORLDS: Worlds = { ...FILE_SYSTEMS, ...USERS, ...RIGHTS, ...MISSING, ...INPUT, ...SIZES };
