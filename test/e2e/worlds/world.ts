import type { ContainerOptions } from '../../harness/container-options.js';

/** A surrounding in which the original refuses to run, or runs badly. */
export interface World {
  /** How it is asked for; `cmd`, `image` and `files` are the crossing's. */
  readonly options: Omit<ContainerOptions, 'image' | 'cmd' | 'files'>;
  /** A line of sh, run by the CMD, that succeeds only there: else a world that the engine ignores would pass. */
  readonly holds: string;
  /** Warnings that belong to it; all others are faults. */
  readonly mayWarn?: readonly RegExp[];
  /** The image: busybox (default), or scratch with no file but our overlay, its scripts and one static program. */
  readonly base?: 'busybox' | 'scratch';
  /** Where the CMD's report goes: its stdout (default), or a file where the world closes that. */
  readonly report?: string;
}

/** World's name → world. */
export type Worlds = Readonly<Record<string, World>>;

/** What with-contenv must hand on byte for byte. */
export const WHO = ' me & "you"\n$HOME, a line further ';

/** The exit codes that the crossing looks for: the CMD's own, and the one that a finish script sets. */
export const CODE = { cmd: 3, finish: 41, notThisWorld: 90 } as const;

/** What the CMD prints where all is well. */
export const REPORT = `cmd [${WHO}]\ninit [${WHO}]\nservice true\n`;

/** What cont-finish.d prints. */
export const FINISH = `finish [${WHO}]\n`;

/**
 * sh of the CMD: its environment, what cont-init.d left in container_environment, whether the service is ready (it
 * says so only with the right environment).
 */
export function cmdScript({ holds, report }: World): string {
  return `${report === undefined ? '' : `exec >${report}; `}${holds} || exit ${CODE.notThisWorld}
printf 'cmd [%s]\\n%s\\nservice %s\\n' "$WHO" "$FROM_INIT" "$(s6-svstat -o ready /run/service/s)"
exit ${CODE.cmd}`;
}

/** Lines of the output that are ours and no mere account of what happens. */
export function complaints(output: string): string[] {
  return output.split('\n').filter((line) => /^(s6-|init:|with-contenv:)|left out|skipped|unable/.test(line));
}
