import type { InjectReport } from './inject.js';

/** How many kept names are listed one by one. */
const MAX_KEPT = 12;

/** The report for people. */
export function formatInjected(report: InjectReport): string {
  const { source, target, release, before, after, kept } = report;
  const lines = [
    target.name === source.name.replace(/^docker-daemon:/, '')
      ? `${target.name} now holds s6-overlay ${release.version}`
      : `${target.name} is ${source.name} with s6-overlay ${release.version}`,
    `  image       ${target.id}${report.via === 'commit' ? ' (committed: a new id each time)' : ''}`,
    `  release     ${release.file}, ${release.signedBy == null ? 'unsigned' : `signed by ${release.signedBy.userId}`}`,
    `  entrypoint  ${JSON.stringify(before.entrypoint)} → ${JSON.stringify(after.entrypoint)}`,
    `  cmd         ${after.cmd.length === 0 ? 'none' : JSON.stringify(after.cmd)}`,
  ];
  if (after.user !== '') lines.push(`  user        ${after.user}`);
  if (report.upgraded === 's6ts') lines.push('  upgraded in place: the layer of an earlier s6ts is replaced');
  for (const note of report.notes) lines.push(`  ${note}`);
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
  if (report.replaced !== null) lines.push(`  ${report.replaced} had that name before and has none now`);
  for (const warning of report.warnings) lines.push(`  warning: ${warning}`);
  lines.push(
    '  /init is bypassed by: docker run --entrypoint, compose entrypoint:, Kubernetes command: (use cmd, command:, args: instead)',
    `  try it: docker run --rm ${target.name}`,
  );
  return lines.join('\n');
}
