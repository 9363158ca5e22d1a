/** What the overlay weighs: the tarball, and its files by kind. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { overlayTarball, report, scratch } from './harness.js';

const { folder, remove } = scratch();
try {
  const overlay = overlayTarball(join(folder, 'release'));
  const listing = execFileSync('tar', ['-tvzf', overlay], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const files = listing
    .split('\n')
    .map((line) => /^-\S+\s+\S+\s+(\d+)\s+\S+\s+\S+\s+(\S+)/.exec(line))
    .filter((match) => match !== null);
  const sum = (pattern: RegExp): number =>
    files
      .filter((match) => pattern.test(match[2] ?? ''))
      .reduce((total, match) => total + Number(match[1]), 0);
  const kilobytes = (bytes: number): number[] => [bytes / 1000];
  report(
    'size of the amd64 overlay',
    'kB',
    'limit of the tarball',
    [
      { name: 'limit of the tarball', samples: kilobytes(1_400_000) },
      { name: 'tarball, gzip', samples: kilobytes(statSync(overlay).size) },
      { name: 'all files', samples: kilobytes(sum(/./)) },
      { name: 'our binaries', samples: kilobytes(sum(/s6-overlay-(init|utils)$/)) },
      { name: 'loader and libraries', samples: kilobytes(sum(/\/s6\/(ld|lib\/.*)$/)) },
    ],
    [{ of: 'tarball, gzip', peer: 'limit of the tarball', limit: 1, at: 'most' }],
  );
} finally {
  remove();
}
