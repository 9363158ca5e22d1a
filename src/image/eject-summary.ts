import type { Refusal, Sameness } from './eject-image.js';
import type { EjectedImage, EjectReport } from './eject.js';
import { platformText } from './platforms.js';

const SAMENESS: Readonly<Record<Sameness, string>> = {
  bytes: 'byte for byte as it was',
  config:
    'config and image id as they were; the manifest was written anew, as a copy to another kind of place is',
  values: 'the same layers and values, under a new id: the very bytes of its config are not there any more',
};

const REFUSAL: Readonly<Record<Refusal, string>> = {
  'not-injected':
    'was not made by s6ts inject: it bears none of its labels\n  → an overlay that a Dockerfile added goes out where it came in: in the Dockerfile',
  'built-upon':
    'was built on top of an injected image: our layer lies below others\n  → eject the image that it was built from, and build it again',
};

/** The report for people. */
export function formatEjected(report: EjectReport): string {
  if (report.kind === 'refused') return `${report.source.name} ${REFUSAL[report.reason]}`;
  const { source, target, images, sameness } = report;
  const versions = [...new Set(images.map(({ version }) => version))].join(', ');
  const lines = [
    target.name === source.name
      ? `${target.name} holds s6-overlay ${versions} no more`
      : `${target.name} is ${source.name} without s6-overlay ${versions}`,
    `  image       ${target.id}`,
    `  ${SAMENESS[sameness]}`,
  ];
  if (images.length > 1) lines.push(...images.map((image) => `  ${lineOf(image)}`));
  if (report.incomplete) {
    lines.push(
      "  warning: attestations and platforms that inject left out don't come back: the index as it was is gone",
    );
  }
  if (images.some(({ edited }) => edited))
    lines.push('  warning: its config was edited after the inject; those edits stay');
  if (report.replaced !== null) lines.push(`  ${report.replaced} had that name before and has none now`);
  return lines.join('\n');
}

function lineOf({ platform, sameness }: EjectedImage): string {
  return `${platformText(platform)}: ${SAMENESS[sameness]}`;
}
