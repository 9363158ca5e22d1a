import type { AddedSummary } from './additions/graft-additions.js';
import type { InjectRefusal, InjectReport } from './inject.js';
import type { InjectedImage } from './inject-image.js';
import { formatFinding } from './lint/lint.js';
import { formatRelease } from './overlay-release.js';
import { platformText } from './platforms.js';
import { hasTransport } from './reference.js';

/** How many kept names are listed one by one. */
const MAX_KEPT = 12;

/** The report for people. */
export function formatInjected(report: InjectReport | InjectRefusal): string {
  if (report.kind === 'refused') return formatRefusal(report);
  const { source, target, images } = report;
  const [first] = images;
  const version = first?.release.version ?? '';
  const lines = [
    ...(report.kind === 'planned' ? ['nothing is stored (--dry-run); it would be:'] : []),
    target.name === source.name.replace(/^docker-daemon:/, '')
      ? `${target.name} now holds s6-overlay ${version}`
      : `${target.name} is ${source.name} with s6-overlay ${version}`,
    `  image       ${target.id}${report.via === 'commit' ? ' (committed: a new id each time)' : ''}`,
  ];
  for (const image of images) {
    if (images.length > 1) lines.push(`  ${platformText(image.platform)}`);
    lines.push(...linesOf(image));
  }
  for (const note of report.notes) lines.push(`  ${note}`);
  if (report.replaced !== null) lines.push(`  ${report.replaced} had that name before and has none now`);
  for (const warning of report.warnings) lines.push(`  warning: ${warning}`);
  lines.push(
    '  /init is bypassed by: docker run --entrypoint, compose entrypoint:, Kubernetes command: (use cmd, command:, args: instead)',
  );
  if (report.kind === 'injected' && !hasTransport(target.name))
    lines.push(`  try it: docker run --rm ${target.name}`);
  return lines.join('\n');
}

/** Platforms mostly have the same faults: each is told once. */
function formatRefusal({ source, images }: InjectRefusal): string {
  const findings = new Set(
    images.flatMap((image) => image.findings.map((found) => `${found.severity}: ${formatFinding(found)}`)),
  );
  const count = images
    .flatMap((image) => image.findings)
    .filter(({ severity }) => severity === 'error').length;
  const platforms = images.map(({ platform }) => platformText(platform)).join(', ');
  return [
    `${source.name} is left as it was: what is to be added would not work (${count} ${count === 1 ? 'error' : 'errors'}, ${platforms})`,
    ...[...findings].map((finding) => `  ${finding}`),
  ].join('\n');
}

/** What was done to the image of one platform. */
function linesOf({ release, before, after, kept, added, ...rest }: InjectedImage): readonly string[] {
  const lines = [
    `  release     ${formatRelease(release)}`,
    ...rest.with.map(({ name, file }) => `  with        ${name} (${file})`),
    ...(added === null ? [] : [`  added       ${addedText(added)}`]),
    `  entrypoint  ${JSON.stringify(before.entrypoint)} → ${JSON.stringify(after.entrypoint)}`,
    `  cmd         ${after.cmd.length === 0 ? 'none' : JSON.stringify(after.cmd)}`,
  ];
  if (after.user !== '') lines.push(`  user        ${after.user}`);
  if (rest.upgraded === 's6ts') lines.push('  upgraded in place: the layer of an earlier s6ts is replaced');
  if (rest.upgraded === 's6ts-tarball')
    lines.push(
      '  upgraded: the s6ts tarball that the image was built with stays in its layer, this one lies over it',
    );
  for (const note of rest.notes) lines.push(`  ${note}`);
  if (kept.length > 0) {
    const more = kept.length - MAX_KEPT;
    const names = kept
      .slice(0, MAX_KEPT)
      .map((path) => `/${path}`)
      .join(' ');
    lines.push(
      `  the image's own files stay, ours left out there: ${names}${more > 0 ? ` and ${more} more` : ''}`,
    );
  }
  for (const warning of rest.warnings) lines.push(`  warning: ${warning}`);
  return lines;
}

/** What is in an image of its user's own, in a line. */
export function addedText({ services, files, env, cmd }: AddedSummary): string {
  return [
    ...services.map((name) => `service ${name}`),
    ...(files > services.length ? [`${files - services.length} files`] : []),
    ...env.map((name) => `$${name}`),
    ...(cmd === null ? [] : ['CMD']),
  ].join(', ');
}
