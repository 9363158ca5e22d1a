import type { LockedPackage } from '../overlay/lock.js';
import type { RefreshReport } from '../overlay/refresh-skaware-lock.js';
import type { PackageChange } from '../overlay/source/debian/refresh.js';
import { oneLine } from './render.js';

/** What a renewed lock holds now that it didn't before, a line a package. */
export function changeLines(report: RefreshReport): string[] {
  const { file, date, architectures } = report;
  const lines = architectures.flatMap(({ architecture, changes, kept }) => {
    if (kept !== undefined) return [`  ${architecture}: left as it was`];
    if (changes.length === 0) return [`  ${architecture}: no change`];
    return changes.map((change) => `  ${architecture}: ${changeLine(change)}`);
  });
  return [`the lock ${oneLine(file)} is of ${date}:`, ...lines, ...stayedLines(stayed(report))];
}

/** The architectures that were asked for and could not be renewed. */
export function stayed({ architectures }: RefreshReport): string[] {
  return architectures.filter(({ kept }) => kept !== undefined).map(({ architecture }) => architecture);
}

function stayedLines(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [
    `NOT renewed: ${names.join(' ')}. Their pins stay as they were; try again once the mirror is whole, or another --mirror;`,
    '  --allow-unvouched locks what the mirror has now, with a mark',
  ];
}

function changeLine({ name, from, to }: PackageChange): string {
  if (to === undefined) return `${name} ${from?.version ?? ''} is no longer needed`;
  const mark = to.vouchedBy === null ? ', which no signed index vouches for' : '';
  if (from === undefined) return `${name} ${to.version} is new${mark}`;
  if (from.version !== to.version) return `${name} ${from.version} → ${to.version}${mark}`;
  return sameFile(from, to)
    ? `${name} ${to.version} is the same file${mark === '' ? ', now vouched for' : mark}`
    : `${name} ${to.version} is another file${mark}`;
}

function sameFile(from: LockedPackage, to: LockedPackage): boolean {
  return from.sha256 === to.sha256;
}
