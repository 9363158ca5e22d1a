import { S6tsError } from '../../base/error.js';

/** Whose words a manifest uses; a grafted image keeps its source's (image-spec, media-types.md, "Compatibility Matrix"). */
export type MediaFamily = 'oci' | 'docker';

/** How a layer's tar is packed. */
export type Compression = 'none' | 'gzip' | 'zstd';

interface FamilyTypes {
  readonly manifest: string;
  readonly index: string;
  readonly config: string;
  readonly layer: Readonly<Record<Compression, string>>;
}

/** The media types of each family (image-spec, media-types.md; distribution, manifest v2 schema 2). */
export const MEDIA_TYPES: Readonly<Record<MediaFamily, FamilyTypes>> = {
  oci: {
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    index: 'application/vnd.oci.image.index.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: {
      none: 'application/vnd.oci.image.layer.v1.tar',
      gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
      zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
    },
  },
  docker: {
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: {
      none: 'application/vnd.docker.image.rootfs.diff.tar',
      gzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      // Never in Docker's own list, yet met in registries (skopeo#1977).
      zstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
    },
  },
};

/** Layers whose bytes must not be passed on; their descriptors are kept (image-spec, layer.md, "Non-Distributable"). */
const FOREIGN = /^application\/vnd\.(?:oci\.image\.layer\.nondistributable|docker\.image\.rootfs\.foreign)\./;

/** Docker's types, each with that of OCI for the same bytes (image-spec, media-types.md, "Compatibility Matrix"). */
const OCI_TYPES: ReadonlyMap<string, string> = new Map([
  ...(['manifest', 'index', 'config'] as const).map(
    (kind) => [MEDIA_TYPES.docker[kind], MEDIA_TYPES.oci[kind]] as const,
  ),
  ...(['none', 'gzip', 'zstd'] as const).map(
    (packing) => [MEDIA_TYPES.docker.layer[packing], MEDIA_TYPES.oci.layer[packing]] as const,
  ),
  [
    'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  ],
]);

/** What OCI calls it; a type that isn't Docker's as it is. */
export function ociTypeOf(mediaType: string): string {
  return OCI_TYPES.get(mediaType) ?? mediaType;
}

/** Manifests of the year 2014: their layers have no digests of their own tars. */
export const SCHEMA_1_TYPES: readonly string[] = [
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/vnd.docker.distribution.manifest.v1+json',
];

/** What a manifest of this media type is. */
interface ManifestKind {
  readonly kind: 'manifest' | 'index';
  readonly family: MediaFamily;
}

/** @throws S6tsError `manifest-schema1` | `manifest-unknown` naming `what`. */
export function manifestKind(mediaType: string, what: string): ManifestKind {
  for (const family of ['oci', 'docker'] as const) {
    for (const kind of ['manifest', 'index'] as const) {
      if (MEDIA_TYPES[family][kind] === mediaType) return { kind, family };
    }
  }
  if (SCHEMA_1_TYPES.includes(mediaType)) {
    throw new S6tsError('manifest-schema1', `${what} is a schema 1 manifest, whose layers can't be checked`, {
      what,
      hint: 'push the image again with a Docker engine or skopeo of this decade: they write schema 2',
    });
  }
  throw new S6tsError('manifest-unknown', `${what} is no image: its media type is ${mediaType}`, { what });
}

/** Some of the first tools wrote configs under this name. */
const UNTOLD = 'application/octet-stream';

/**
 * Refuses charts, signatures and the like: they are stored as images are, with a config of another kind.
 * @throws S6tsError `manifest-artifact` naming `what`.
 */
export function assertImageConfig(mediaType: string, what: string): void {
  if ([MEDIA_TYPES.oci.config, MEDIA_TYPES.docker.config, UNTOLD].includes(mediaType)) return;
  throw new S6tsError(
    'manifest-artifact',
    `${what} is something else than an image: its config is ${mediaType}`,
    { what, hint: 'name an image; charts, signatures and other artifacts have no root file system' },
  );
}

/** True for a layer whose bytes the registry doesn't hold. */
export function isForeignLayer(mediaType: string): boolean {
  return FOREIGN.test(mediaType);
}
