/** Boot to CMD: from exec of PID 1 to the CMD's first instruction, against bare s6-svscan and tini. Needs root. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { interleave, overlayTarball, report, scratch } from './harness.js';
import { compileLauncher, launch, makeRoot } from './launcher.js';

const SLEEPER = '#!/bin/busybox sh\nexec /bin/busybox sleep 1000\n';
const { folder, remove } = scratch();
try {
  const overlay = overlayTarball(join(folder, 'release'));
  const { launch: launcher, mark } = compileLauncher(folder);
  for (const count of [0, 5, 50]) {
    const names = Array.from({ length: count }, (_, index) => `s${index}`);
    const ours = makeRoot(
      join(folder, `ours-${count}`),
      overlay,
      mark,
      Object.fromEntries(names.map((name) => [`etc/services.d/${name}/run`, SLEEPER])),
    );
    // The peer's CMD is one more service: s6-svscan knows no other kind.
    const scan = Object.fromEntries(names.map((name) => [`scan/${name}/run`, SLEEPER]));
    const bare = makeRoot(join(folder, `bare-${count}`), overlay, mark, {
      ...scan,
      'scan/cmd/run': '#!/mark wait\n',
    });
    copyFileSync('/usr/bin/tini-static', join(bare, 'tini'));
    const toMark = (root: string, mode: 'life' | 'stop', argv: readonly string[]) => () =>
      launch(launcher, mode, root, 1, argv).marks[0] ?? NaN;
    const series = await interleave(
      new Map([
        ['bare s6-svscan', toMark(bare, 'stop', ['/usr/lib/s6/bin/s6-svscan', '/scan'])],
        ['s6ts /init', toMark(ours, 'life', ['/init', '/mark'])],
        ['tini', toMark(bare, 'life', ['/tini', '--', '/mark'])],
      ]),
    );
    report(`boot to CMD with ${count} services`, 'ms', 'bare s6-svscan', series, [
      { of: 's6ts /init', peer: 'bare s6-svscan', limit: 1.5, at: 'most' },
    ]);
  }
} finally {
  remove();
}
