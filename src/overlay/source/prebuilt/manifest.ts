import { S6tsError } from '../../../base/error.js';

/** The file that names what a skaware release holds. */
export const MANIFEST = 'manifest-linux.txt';

/** A package of a skaware release. */
export interface ManifestPackage {
  readonly name: string;
  readonly version: string;
}

/**
 * Reads a skaware release's manifest: a line `NAME=VERSION` a package; blank lines and `#` comments are skipped. Both
 * words become part of a file's name, so neither may hold a slash.
 * @throws S6tsError `skaware-manifest` naming the line.
 */
export function parseManifest(text: string, what: string): ManifestPackage[] {
  const packages = new Map<string, ManifestPackage>();
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    const [, name, version] = /^([a-z0-9][\w+.-]*)=(\w[\w+.~-]*)$/.exec(line) ?? [];
    if (name === undefined || version === undefined) {
      throw malformed(what, `line ${index + 1} is no NAME=VERSION: ${JSON.stringify(line.slice(0, 80))}`);
    }
    if (packages.has(name)) throw malformed(what, `line ${index + 1} names ${name} a second time`);
    packages.set(name, { name, version });
  });
  if (packages.size === 0) throw malformed(what, 'it names no package');
  return [...packages.values()];
}

/** The archive of a package's programs for a target, which is the seed's name of the architecture. */
export function archiveName({ name, version }: ManifestPackage, target: string): string {
  return `${name}-${version}-linux-${target}-bin.tar.gz`;
}

function malformed(what: string, fault: string): S6tsError {
  return new S6tsError('skaware-manifest', `${what} is not the manifest of a skaware release: ${fault}`, {
    what,
    hint: 'it has a line such as s6=2.13.1.0 for each package',
  });
}
