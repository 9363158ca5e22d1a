import type { Box } from '../harness/container.js';

/** Five services. */
export const NAMES = Array.from({ length: 5 }, (_, index) => `s${index}`);
export const services = (run: string): Record<string, string> =>
  Object.fromEntries(NAMES.map((name) => [`/etc/services.d/${name}/run`, run]));

/** How many processes have exactly these words. */
export async function count(box: Box, args: RegExp): Promise<number> {
  return (await box.processes()).filter((one) => args.test(one.args)).length;
}

export const killSupervisors = (box: Box): Promise<unknown> =>
  box.exec(['sh', '-c', 'kill -9 $(pidof s6-supervise)']);

/** Each service is up, and its s6-supervise has noted which process it is. */
export async function allUp(box: Box): Promise<boolean> {
  const parents = await box.exec([
    'sh',
    '-c',
    'for s in /run/service/s?; do set -- $(cat /proc/$(s6-svstat -o pid $s)/stat); cat /proc/$4/comm; done',
  ]);
  return parents.stdout === 's6-supervise\n'.repeat(NAMES.length);
}

/** A supervisor holds the lock of each. */
export async function supervised(box: Box, ...names: readonly string[]): Promise<boolean> {
  const locks = names.map((name) => `/run/service/${name}/supervise/lock`).join(' ');
  const { exitCode } = await box.exec([
    'sh',
    '-c',
    `for lock in ${locks}; do grep -q ":$(stat -c %i $lock) " /proc/locks || exit 1; done`,
  ]);
  return exitCode === 0;
}
