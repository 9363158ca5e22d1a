/**
 * `s6ts build-release`, for one architecture and for all: with everything in the cache, and with the packages alone there
 * (what a change of our own code costs); the memory that each takes at its peak, and a renewal of the lock. Needs a mirror
 * and the runtime of every architecture (npm run build:runtime -- --all).
 */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../src/base/user-folders.js';
import { interleave, report, scratch, type Series } from './harness.js';
import { runS6ts, type Run } from './run-s6ts.js';

const LOCK = new URL('../release/skaware.lock.json', import.meta.url).pathname;

const { folder, remove } = scratch();
const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
const run = (...args: readonly string[]): Promise<Run> => runS6ts(args, env);

const build = (architecture: string): Promise<Run> =>
  run('build-release', '--arch', architecture, '--no-sign', '--out', join(folder, 'out'));

const peaks: Series[] = [];
/** A candidate that builds; with `before` done outside of the time taken. */
function building(
  name: string,
  architecture: string,
  before = (): void => undefined,
): [string, () => Promise<number>] {
  const samples: number[] = [];
  peaks.push({ name, samples });
  return [
    name,
    async () => {
      before();
      const { ms, peak } = await build(architecture);
      samples.push(peak);
      return ms;
    },
  ];
}

try {
  const unpack = (): void => rmSync(join(cacheFolder(env), 'packed'), { recursive: true, force: true });
  await build('all'); // fetches the packages
  const one = 'one, all in the cache';
  const all = 'all, all in the cache';
  const series = await interleave(
    new Map([
      building('one, packages in the cache', 'amd64', unpack),
      building(one, 'amd64'),
      building('all, packages in the cache', 'all', unpack),
      building(all, 'all'),
    ]),
  );
  report('build-release', 'ms', one, series, [
    { of: one, limit: 3000, at: 'most' },
    { of: all, limit: 15_000, at: 'most' },
  ]);

  const lock = join(folder, 'skaware.lock.json');
  copyFileSync(LOCK, lock);
  const renewal = {
    name: 'the lock renewed',
    samples: [(await run('build-release', '--refresh', '--allow-unvouched', '--lock', lock)).peak],
  };
  const measured = [...peaks, renewal];
  report(
    'peak memory of build-release',
    'MB',
    one,
    measured,
    measured.map(({ name }) => ({ of: name, limit: 300, at: 'most' })),
  );
} finally {
  remove();
}
