/** TERM to exit, with a CMD's worth of services running, and the whole life of a CMD that ends at once. Needs root. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { interleave, overlayTarball, report, scratch } from './harness.js';
import { compileLauncher, launch, makeRoot } from './launcher.js';

const READY = '#!/mark wait\n';
const { folder, remove } = scratch();
try {
  const overlay = overlayTarball(join(folder, 'release'));
  const { launch: launcher, mark } = compileLauncher(folder);
  for (const count of [1, 5]) {
    const names = Array.from({ length: count }, (_, index) => `s${index}`);
    const services = (under: string): Record<string, string> =>
      Object.fromEntries(names.map((name) => [`${under}/${name}/run`, READY]));
    const ours = makeRoot(join(folder, `ours-${count}`), overlay, mark, services('etc/services.d'));
    const bare = makeRoot(join(folder, `bare-${count}`), overlay, mark, services('scan'));
    const stopped = (root: string, argv: readonly string[]) => () =>
      launch(launcher, 'stop', root, count, argv).end;
    const series = await interleave(
      new Map([
        ['bare s6-svscan', stopped(bare, ['/usr/lib/s6/bin/s6-svscan', '/scan'])],
        ['s6ts /init', stopped(ours, ['/init'])],
      ]),
    );
    report(`TERM to exit with ${count} services`, 'ms', 'bare s6-svscan', series, [
      { of: 's6ts /init', peer: 'bare s6-svscan', limit: 2, at: 'most' },
    ]);
  }
  const root = makeRoot(join(folder, 'life'), overlay, mark, {});
  copyFileSync('/usr/bin/tini-static', join(root, 'tini'));
  const whole = (argv: readonly string[]) => () => launch(launcher, 'life', root, 0, argv).end;
  const lives = await interleave(
    new Map([
      ['tini', whole(['/tini', '--', '/bin/true'])],
      ['s6ts /init', whole(['/init', '/bin/true'])],
    ]),
  );
  report('whole life of /bin/true', 'ms', 'tini', lives, [
    { of: 's6ts /init', peer: 'tini', limit: 3, at: 'most' },
  ]);
} finally {
  remove();
}
