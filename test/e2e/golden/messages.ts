/** A line, or what it must look like. */
export type Line = string | RegExp;

const section = (name: string, head: string, inner: readonly Line[]): Line[] => [
  `[${name}] ${head}`,
  ...inner,
  `[${name}] done.`,
];

/** The messages of one script: what it says on stderr stands between. */
export function ran(
  kind: 'cont-init.d' | 'cont-finish.d',
  name: string,
  code: number,
  said: readonly Line[] = [],
): Line[] {
  return [`[${kind}] ${name}: executing...`, ...said, `[${kind}] ${name}: exited ${code}.`];
}

/** The messages of one file of fix-attrs.d. */
export function fixed(name: string, code = 0, said: readonly Line[] = []): Line[] {
  return [`[fix-attrs.d] ${name}: applying...`, ...said, `[fix-attrs.d] ${name}: exited ${code}.`];
}

/** Stage 2 up to cont-init.d's first script. */
export function fixAttrs(files: readonly Line[] = []): Line[] {
  return section('fix-attrs.d', 'applying owners & permissions fixes...', files);
}

export const INIT_BEGINS = '[cont-init.d] executing container initialization scripts...';

/** All of stage 2 where nothing stops it. */
export function boot({
  fix = [],
  init = [],
  services = [],
}: { fix?: readonly Line[]; init?: readonly Line[]; services?: readonly Line[] } = {}): Line[] {
  return [
    ...fixAttrs(fix),
    ...section('cont-init.d', 'executing container initialization scripts...', init),
    ...section('services.d', 'starting services', services),
  ];
}

/** Stage 3. */
export function stop(scripts: readonly Line[] = []): Line[] {
  return section('cont-finish.d', 'executing container finish scripts...', scripts);
}

/** A whole life with a CMD: stage 2, what CMD says on stderr, its end, stage 3. */
export function life(cmd: string, code: number, said: readonly Line[] = []): Line[] {
  return [...boot(), ...said, exited(cmd, code), ...stop()];
}

/** The CMD's end. */
export function exited(cmd: string, code: number): string {
  return `[cmd] ${cmd} exited ${code}`;
}
