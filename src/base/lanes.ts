import type { Progress } from './progress.js';

/**
 * Progress of pieces of work that go on side by side, told as the one stage that `progress` is in: their bytes are summed
 * up, their own stages are not shown, notes and warnings begin with the piece's name.
 */
export function lanes(progress: Progress): (name: string) => Progress {
  const bytes = new Map<string, readonly [done: number, total: number]>();
  return (name) => ({
    stage: () => undefined,
    bytes(done, total) {
      bytes.set(name, [done, total ?? done]);
      const [all, whole] = [...bytes.values()].reduce(([a, b], [x, y]) => [a + x, b + y], [0, 0]);
      progress.bytes(all, whole);
    },
    note: (text) => progress.note(`${name}: ${text}`),
    warn: (text) => progress.warn(`${name}: ${text}`),
  });
}
