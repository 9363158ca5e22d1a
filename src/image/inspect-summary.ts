import type { Execution } from './graft.js';
import type { Init, InspectedImage } from './inspect-image.js';
import { addedText } from './inject-summary.js';
import type { InspectReport } from './inspect.js';
import { platformText } from './platforms.js';

/** The report for people. */
export function formatInspected({ name, id, images, attestations }: InspectReport): string {
  const lines = [`${name}  ${id}`];
  for (const image of images) lines.push(`  ${platformText(image.platform)}`, ...linesOf(image));
  if (attestations > 0) lines.push(`  attestations: ${attestations}`);
  return lines.join('\n');
}

function linesOf({ init, injected, before, now, files }: InspectedImage): readonly string[] {
  const services = files.services.map(({ name, parts }) => `${name} (${parts.join(' ') || 'empty'})`);
  return [
    row('init', initText(init)),
    ...(injected === null
      ? []
      : [
          row('injected', `s6-overlay ${injected.version} (${injected.overlay})`),
          row('onto', `${injected.original}${injected.onTop ? '' : '; something was built on top since'}`),
          ...list('with', injected.with),
          ...(injected.added === null ? [] : [row('added', addedText(injected.added))]),
        ]),
    row(
      'entrypoint',
      changed(before, now, ({ entrypoint }) => JSON.stringify(entrypoint)),
    ),
    row(
      'cmd',
      changed(before, now, ({ cmd }) => JSON.stringify(cmd)),
    ),
    row(
      'user',
      changed(before, now, ({ user }) => user || 'root'),
    ),
    row(
      'stop signal',
      changed(before, now, ({ stopSignal }) => stopSignal || 'SIGTERM'),
    ),
    ...list('fix-attrs.d', files.fixAttrs),
    ...list('cont-init.d', files.contInit),
    ...list('services.d', services),
    ...list('cont-finish.d', files.contFinish),
    ...list('s6-rc.d', files.s6Rc),
  ];
}

function initText({ kind, version }: Init): string {
  switch (kind) {
    case 's6ts':
      return `s6-overlay ${version ?? ''} of s6ts`;
    case 's6-overlay':
      return `s6-overlay v${version ?? ''} of just-containers`;
    case 'unknown':
      return 'an /init that s6ts does not know';
    case 'none':
      return 'none';
    case 'tini':
    case 'dumb-init':
    case 'docker-init':
      return kind;
  }
}

/** `BEFORE → NOW` where the injection has changed it. */
function changed(before: Execution | null, now: Execution, show: (execution: Execution) => string): string {
  const text = show(now);
  return before === null || show(before) === text ? text : `${show(before)} → ${text}`;
}

function list(name: string, values: readonly string[]): readonly string[] {
  return values.length === 0 ? [] : [row(name, values.join(' '))];
}

function row(name: string, value: string): string {
  return `    ${name.padEnd(14)}${value}`;
}
