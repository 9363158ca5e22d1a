/**
 * What the overlays weigh, packed with --best: each architecture's tarball, the tar in it and the files in that. Writes
 * the table of README.md.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readReadme, replaceSection, writeReadme } from './readme-section.js';
import { ARCHITECTURES } from '../src/overlay/architecture.js';
import { fromTar } from '../src/overlay/archive.js';
import { tarballName } from '../src/overlay/meta.js';
import { report, scratch, type Series } from './harness.js';
import { CLI } from './run-s6ts.js';

/** Bytes of a tarball as it is, unpacked, and of all its files. */
interface Weight {
  readonly architecture: string;
  readonly packed: number;
  readonly tar: number;
  readonly files: number;
}

async function weigh(architecture: string, path: string): Promise<Weight> {
  const packed = readFileSync(path);
  const tar = gunzipSync(packed);
  const tree = await fromTar(tar, path);
  const files = [...tree.values()].reduce(
    (sum, entry) => sum + (entry.kind === 'file' ? entry.bytes.length : 0),
    0,
  );
  return { architecture, packed: packed.length, tar: tar.length, files };
}

function table(weights: readonly Weight[]): string {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
  const rows = weights.map(
    ({ architecture, packed, tar, files }) =>
      `| ${architecture} | ${megabytes(packed)} | ${megabytes(tar)} | ${megabytes(files)} |`,
  );
  return ['| architecture | tarball | unpacked | files |', '|---|---|---|---|', ...rows].join('\n');
}

const { folder, remove } = scratch();
try {
  const args = ['build-release', '--arch', 'all', '--best', '--no-sign', '--out', folder];
  execFileSync(process.execPath, [CLI, ...args], { stdio: 'inherit' });
  const weights: Weight[] = [];
  for (const each of ARCHITECTURES) weights.push(await weigh(each.seed, join(folder, tarballName(each))));
  const series = (what: 'packed' | 'tar' | 'files'): Series[] =>
    weights.map((weight) => ({ name: weight.architecture, samples: [weight[what] / 1000] }));
  report('size of the tarballs, gzip', 'kB', 'amd64', series('packed'), [
    { of: 'amd64', limit: 1340, at: 'most' },
    ...weights.map(({ architecture }) => ({ of: architecture, limit: 1600, at: 'most' as const })),
  ]);
  report('size of the tars', 'kB', 'amd64', series('tar'), [{ of: 'amd64', limit: 4500, at: 'most' }]);
  report('size of all files', 'kB', 'amd64', series('files'), [{ of: 'amd64', limit: 4200, at: 'most' }]);
  writeReadme(replaceSection(readReadme(), 'sizes', table(weights)));
} finally {
  remove();
}
