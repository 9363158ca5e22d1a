/** Programs that s6ts has a front for under the same name; theirs lie in libexec and are called by ours. */
export const FRONTED: ReadonlySet<string> = new Set([
  's6-svscanctl',
  's6-supervise',
  's6-applyuidgid',
  'multisubstitute',
]);
