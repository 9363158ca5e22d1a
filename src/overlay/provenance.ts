import { sha256Hex } from '../base/digest.js';
import { isoDate } from '../base/iso-date.js';
import type { LockedPackage } from './lock.js';
import type { Recipe } from './meta.js';
import { packageUrl, runtimeUrl } from './package-url.js';
import type { Contents } from './sbom.js';

export interface Origin extends Contents {
  readonly recipe: Recipe;
  /** What came compiled. */
  readonly binaries: Readonly<Record<string, Uint8Array>>;
}

/**
 * Says which bytes a tarball was built from, by what and how: an in-toto statement (attestation framework v1) with
 * SLSA's provenance v1 as predicate. It holds nothing of the machine it was made on, so that a second build makes the
 * same bytes; whoever signs it vouches for it.
 */
export function provenance(origin: Origin): string {
  const { part, architecture, version, date, tarball, recipe, programs } = origin;
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: tarball.name, digest: { sha256: sha256Hex(tarball.bytes) } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:s6ts:build-release:v1',
        externalParameters: { part, architecture: architecture.seed, ...recipe },
        internalParameters: { date: isoDate(date) },
        resolvedDependencies: [
          ...runtimeParts(origin),
          ...programs.packages.map((each) => input(each, origin)),
        ],
      },
      runDetails: { builder: { id: `pkg:npm/s6ts@${version}`, version: { s6ts: version } } },
    },
  };
  return `${JSON.stringify(statement, null, 2)}\n`;
}

function runtimeParts({ binaries, version, architecture }: Origin): object[] {
  return Object.entries(binaries).map(([name, bytes]) => ({
    uri: `${runtimeUrl(version, architecture)}/${name}`,
    digest: { sha256: sha256Hex(bytes) },
  }));
}

function input(each: LockedPackage, { architecture, programs }: Origin): object {
  const { name, version, path, size, sha256, ...vouching } = each;
  return {
    uri: packageUrl(each, architecture, programs.source),
    digest: { sha256 },
    name,
    annotations: { version, path, size, ...vouching },
  };
}
