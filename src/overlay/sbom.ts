import { sha256Hex } from '../base/digest.js';
import { isoDate } from '../base/iso-date.js';
import type { Architecture } from './architecture.js';
import { claimsOf, type LicenceName } from './licences.js';
import type { LockedPackage } from './lock.js';
import type { PartName } from './meta.js';
import { packageUrl, runtimeUrl } from './package-url.js';
import type { Programs } from './source/source.js';
import type { OverlayTree } from './tree.js';

/** A tarball, and all that it was made of. */
export interface Contents {
  readonly part: PartName;
  readonly architecture: Architecture;
  readonly version: string;
  readonly date: Date;
  readonly tarball: { readonly name: string; readonly bytes: Uint8Array };
  readonly tree: OverlayTree;
  readonly programs: Programs;
}

type Json = Readonly<Record<string, unknown>>;

/** Where a file of the runtime lies in the tree. */
const RUNTIME = /^usr\/lib\/s6\/bin\/s6-overlay-(?:init|utils|syslogd)$/;

/**
 * The bill of materials of a tarball: CycloneDX 1.6, JSON. Each package and each file of the tree is in it, a file
 * within what it came from. A function of its arguments: its serial number comes from its own content.
 */
export function sbom(contents: Contents): string {
  const { part, architecture, version, date, tarball, programs } = contents;
  const parts = [runtime(contents), musl(), ...programs.packages.map((each) => component(each, contents))];
  const bom: Json = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: isoDate(date),
      tools: { components: [{ type: 'application', name: 's6ts', version }] },
      component: {
        type: 'application',
        'bom-ref': part,
        name: part,
        version,
        description: `${part} for ${architecture.seed}`,
        hashes: hashes(sha256Hex(tarball.bytes)),
        licenses: [{ license: { id: 'ISC' } }],
        properties: [
          { name: 's6ts:file', value: tarball.name },
          { name: 's6ts:architecture', value: architecture.seed },
        ],
        components: files(contents, (path) => !RUNTIME.test(path) && !programs.origins.has(path)),
      },
    },
    components: parts,
    dependencies: [
      { ref: part, dependsOn: parts.map((each) => each['bom-ref']) },
      { ref: 's6-overlay-runtime', dependsOn: ['musl'] },
    ],
  };
  return `${JSON.stringify({ ...bom, serialNumber: serialOf(bom) }, null, 2)}\n`;
}

function runtime(contents: Contents): Json {
  const { version, architecture } = contents;
  return {
    type: 'application',
    'bom-ref': 's6-overlay-runtime',
    name: 's6-overlay-runtime',
    version,
    description: 'the programs of s6ts, linked with musl and libgcc',
    licenses: [{ license: { id: 'ISC' } }],
    purl: runtimeUrl(version, architecture),
    components: files(contents, (path) => RUNTIME.test(path)),
  };
}

function musl(): Json {
  return {
    type: 'library',
    'bom-ref': 'musl',
    name: 'musl',
    description: 'the C library inside the runtime',
    licenses: [{ license: { id: 'MIT' } }],
  };
}

function component(each: LockedPackage, contents: Contents): Json {
  const { programs, architecture } = contents;
  const notice = programs.notices.get(each.name);
  const claims = notice === undefined ? undefined : claimsOf(notice, each.name);
  return {
    type: 'library',
    'bom-ref': each.name,
    name: each.name,
    version: each.version,
    ...(claims === undefined ? {} : { licenses: claims.licences.map(licenceEntry) }),
    ...(claims?.copyright === undefined ? {} : { copyright: claims.copyright }),
    hashes: hashes(each.sha256),
    purl: packageUrl(each, architecture, programs.source),
    properties: [
      { name: 's6ts:file', value: each.path },
      { name: 's6ts:size', value: String(each.size) },
      ...vouching(each),
    ],
    components: files(contents, (path) => programs.origins.get(path) === each.name),
  };
}

/** Who says that this is the package: the signed index it was locked by, or nobody. */
function vouching({ vouchedBy, ...rest }: LockedPackage): { name: string; value: string }[] {
  if (vouchedBy === null) {
    const reason = 'reason' in rest && typeof rest.reason === 'string' ? `: ${rest.reason}` : '';
    return [{ name: 's6ts:vouchedBy', value: `null${reason}` }];
  }
  return [
    { name: 's6ts:vouchedBy', value: `InRelease of ${vouchedBy.suite}, ${vouchedBy.date}` },
    { name: 's6ts:vouchedBy:sha256', value: vouchedBy.inReleaseSha256 },
  ];
}

function files({ tree }: Contents, wanted: (path: string) => boolean): Json[] {
  return [...tree].flatMap(([path, entry]) =>
    entry.kind === 'file' && wanted(path)
      ? [{ type: 'file', name: path, hashes: hashes(sha256Hex(entry.bytes)) }]
      : [],
  );
}

function licenceEntry(license: LicenceName): Json {
  return { license };
}

function hashes(content: string): Json[] {
  return [{ alg: 'SHA-256', content }];
}

/** A UUID of version 8 (RFC 9562: the maker's own scheme) out of the content's hash. */
function serialOf(bom: Json): string {
  const hex = sha256Hex(JSON.stringify(bom));
  const variant = ((parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  const groups = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
  return `urn:uuid:${[...groups, hex.slice(20, 32)].join('-')}`;
}
