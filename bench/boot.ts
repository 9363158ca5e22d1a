/** Boot to CMD: from exec of PID 1 to the CMD's first instruction, with 0 to 200 services. Needs root. */
import { join } from 'node:path';
import { interleave, median, overlayTarball, report, scratch } from './harness.js';
import { compileLauncher, launch } from './launcher.js';
import { bareSvscan, CMD_SERVICE, dumbInit, runit, s6ts, supervisor, tini, type Peer } from './peers.js';

const SLEEPER = '#!/bin/busybox sh\nexec /bin/busybox sleep 1000\n';
/** Where there is no CMD apart from services, it is one more service. */
const CMD = { [CMD_SERVICE]: '#!/mark wait\n' };

const { folder, remove } = scratch();
try {
  const overlay = overlayTarball(join(folder, 'release'));
  const { launch: launcher, mark } = compileLauncher(folder);
  const toCmd =
    ({ root, argv }: Peer, ...cmd: string[]) =>
    () =>
      launch(launcher, 'kill', root, 1, [...argv, ...cmd]).marks[0] ?? NaN;
  const inits = new Map([
    ['tini, no service', toCmd(tini(join(folder, 'tini'), mark), '/mark')],
    ['dumb-init, no service', toCmd(dumbInit(join(folder, 'dumb-init'), mark), '/mark')],
  ]);
  const medians = new Map<number, number>();
  for (const count of [0, 5, 50, 200]) {
    const services = Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, SLEEPER]));
    const root = (name: string): string => join(folder, `${name}-${count}`);
    const series = await interleave(
      new Map([
        ['bare s6-svscan', toCmd(bareSvscan(root('bare'), overlay, mark, { ...services, ...CMD }))],
        ['s6ts /init', toCmd(s6ts(root('ours'), overlay, mark, services), '/mark')],
        ...inits,
        ['runit', toCmd(runit(root('runit'), mark, { ...services, ...CMD }))],
        ['supervisor', toCmd(supervisor(root('supervisor'), mark, { ...services, ...CMD }))],
      ]),
    );
    report(`boot to CMD with ${count} services`, 'ms', 'bare s6-svscan', series, [
      { of: 's6ts /init', peer: 'bare s6-svscan', limit: 1.5, at: 'most' },
    ]);
    medians.set(count, median(series.find(({ name }) => name === 's6ts /init')?.samples ?? []));
  }
  const each = (from: number, to: number): number[] => [
    ((medians.get(to) ?? NaN) - (medians.get(from) ?? NaN)) / (to - from),
  ];
  report(
    'cost of a service',
    'ms',
    'of 5 to 50',
    [
      { name: 'of 5 to 50', samples: each(5, 50) },
      { name: 'of 50 to 200', samples: each(50, 200) },
    ],
    [{ of: 'of 50 to 200', peer: 'of 5 to 50', limit: 1.5, at: 'most' }],
  );
} finally {
  remove();
}
