import type { Architecture } from './architecture.js';
import type { LockedPackage } from './lock.js';
import type { SourceOptions } from './meta.js';

/** The package URL (purl-spec) of a package: its name for vulnerability databases. */
export function packageUrl(
  { name, version }: LockedPackage,
  architecture: Architecture,
  source: SourceOptions,
): string {
  const at = `${escaped(name)}@${escaped(version)}`;
  return source.kind === 'debian'
    ? `pkg:deb/debian/${at}?arch=${architecture.debian}&distro=${escaped(source.suite)}`
    : `pkg:generic/${at}?arch=${architecture.seed}`;
}

/** The package URL of the runtime: it comes in the npm package. */
export function runtimeUrl(version: string, architecture: Architecture): string {
  return `pkg:npm/s6ts@${escaped(version)}?arch=${architecture.seed}#build/runtime/${architecture.seed}`;
}

function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':');
}
