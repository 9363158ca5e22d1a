/** The whole life of a container whose CMD, /bin/true, ends at once: from exec of PID 1 to its end. Needs root. */
import { join } from 'node:path';
import { interleave, overlayTarball, report, scratch } from './harness.js';
import { compileLauncher, launch } from './launcher.js';
import { dumbInit, s6ts, tini, type Peer } from './peers.js';

const { folder, remove } = scratch();
try {
  const overlay = overlayTarball(join(folder, 'release'));
  const { launch: launcher, mark } = compileLauncher(folder);
  const life =
    ({ root, argv }: Peer) =>
    () =>
      launch(launcher, 'life', root, 0, [...argv, '/bin/true']).end;
  const series = await interleave(
    new Map([
      ['tini', life(tini(join(folder, 'tini'), mark))],
      ['s6ts /init', life(s6ts(join(folder, 'ours'), overlay, mark, {}))],
      ['dumb-init', life(dumbInit(join(folder, 'dumb-init'), mark))],
    ]),
  );
  report('whole life of /bin/true', 'ms', 'tini', series, [
    { of: 's6ts /init', peer: 'tini', limit: 3, at: 'most' },
  ]);
} finally {
  remove();
}
