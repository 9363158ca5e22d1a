import { S6tsError } from '../../../base/error.js';
import type { IndexedPackage, PackagesIndex } from './packages-index.js';

/**
 * The packages that `roots` need, themselves included, sorted by name. `without` names packages that are left out with
 * all that only they need; "*" leaves out every dependency. Of alternatives the first that the index has is taken.
 * @throws S6tsError `package-missing`.
 */
export function closure(
  index: PackagesIndex,
  roots: readonly string[],
  without: readonly string[],
  what: string,
): IndexedPackage[] {
  const found = new Map<string, IndexedPackage>();
  const visit = (alternatives: readonly string[], wantedBy: string): void => {
    if (alternatives.some((name) => found.has(name) || without.includes(name))) return;
    const next = alternatives.map((name) => index.newest(name)).find((each) => each !== undefined);
    if (next === undefined) {
      throw new S6tsError(
        'package-missing',
        `${what} has no package ${alternatives.join(' | ')}, which ${wantedBy}`,
        {
          what,
        },
      );
    }
    found.set(next.name, next);
    if (!without.includes('*')) for (const names of next.depends) visit(names, `${next.name} needs`);
  };
  for (const root of roots) visit([root], 'we build from');
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
