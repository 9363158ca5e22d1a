/** What supervision of five services costs at rest: memory (proportional set size) and processes. Needs root. */
import { join } from 'node:path';
import { interleave, overlayTarball, report, scratch, type Series } from './harness.js';
import { compileLauncher, launch } from './launcher.js';
import { bareSvscan, runit, s6ts, supervisor, type Peer } from './peers.js';

const COUNT = 5;
const services = Object.fromEntries(
  Array.from({ length: COUNT }, (_, index) => [`s${index}`, '#!/mark wait\n']),
);
const { folder, remove } = scratch();
try {
  const overlay = overlayTarball(join(folder, 'release'));
  const { launch: launcher, mark } = compileLauncher(folder);
  const processes: Series[] = [];
  const atRest = (name: string, { root, argv }: Peer): [string, () => number] => {
    const counts: number[] = [];
    processes.push({ name, samples: counts });
    return [
      name,
      () => {
        const life = launch(launcher, 'rest', root, COUNT, argv);
        counts.push(life.processes);
        return life.pss;
      },
    ];
  };
  const memory = await interleave(
    new Map([
      atRest('bare s6-svscan', bareSvscan(join(folder, 'bare'), overlay, mark, services)),
      atRest('s6ts /init', s6ts(join(folder, 'ours'), overlay, mark, services)),
      atRest('runit', runit(join(folder, 'runit'), mark, services)),
      atRest('supervisor', supervisor(join(folder, 'supervisor'), mark, services)),
    ]),
  );
  report('memory at rest with 5 services', 'kB PSS', 'bare s6-svscan', memory, [
    { of: 's6ts /init', peer: 'bare s6-svscan', limit: 1.5, at: 'most' },
    { of: 'supervisor', peer: 's6ts /init', limit: 5, at: 'least' },
  ]);
  report('processes at rest with 5 services', 'processes', 'bare s6-svscan', processes, [
    { of: 's6ts /init', limit: COUNT + 2, at: 'most' },
  ]);
} finally {
  remove();
}
