/** Milliseconds of a clock that nobody sets, from some point on; unlike `performance`, it has nothing to load first. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
