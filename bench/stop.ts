/** TERM to exit: services that end at once when told. Needs root. */
import { join } from 'node:path';
import { interleave, overlayTarball, report, scratch } from './harness.js';
import { compileLauncher, launch } from './launcher.js';
import { bareSvscan, s6ts, supervisor, tini, type Peer } from './peers.js';

const READY = '#!/mark wait\n';
const { folder, remove } = scratch();
try {
  const overlay = overlayTarball(join(folder, 'release'));
  const { launch: launcher, mark } = compileLauncher(folder);
  const stopped =
    ({ root, argv }: Peer, marks: number, ...cmd: string[]) =>
    () =>
      launch(launcher, 'stop', root, marks, [...argv, ...cmd]).end;
  const alone = tini(join(folder, 'tini'), mark);
  for (const count of [1, 5]) {
    const services = Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, READY]));
    const root = (name: string): string => join(folder, `${name}-${count}`);
    const series = await interleave(
      new Map([
        ['bare s6-svscan', stopped(bareSvscan(root('bare'), overlay, mark, services), count)],
        ['s6ts /init', stopped(s6ts(root('ours'), overlay, mark, services), count)],
        ['tini, one process', stopped(alone, 1, '/mark', 'wait')],
        ['supervisor', stopped(supervisor(root('supervisor'), mark, services), count)],
      ]),
    );
    report(`TERM to exit with ${count} services`, 'ms', 'bare s6-svscan', series, [
      { of: 's6ts /init', peer: 'bare s6-svscan', limit: 2, at: 'most' },
    ]);
  }
} finally {
  remove();
}
