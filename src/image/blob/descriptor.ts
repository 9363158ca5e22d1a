import { digestOf, isDigest } from '../../base/digest.js';
import { S6tsError } from '../../base/error.js';
import { isObject, type JsonObject } from '../../base/json-object.js';
import type { Descriptor, Platform } from '../image.js';
import { isStrings } from '../labels.js';
import { manifestKind, MEDIA_TYPES, type MediaFamily } from './media-type.js';

/** A manifest as it is read: of which family, and what it names. */
export interface Manifest {
  readonly family: MediaFamily;
  readonly config: Descriptor;
  /** Bottom layer first. */
  readonly layers: readonly Descriptor[];
}

/** One manifest that an index names. */
export interface IndexEntry {
  readonly descriptor: Descriptor;
  readonly platform?: Platform;
  /** A note about another entry (SBOM, provenance), as BuildKit stores them: no image. */
  readonly attests?: string;
  /** True where the store that was read lacks the image. */
  readonly absent?: boolean;
}

/** A manifest beyond this is refused (distribution-spec: registries have to take 4 MiB). */
export const MAX_MANIFEST_BYTES = 16 * 2 ** 20;
/** A config beyond this is none. */
export const MAX_CONFIG_BYTES = 32 * 2 ** 20;

/** The descriptor of a blob that is text: a config, a manifest, an index. */
export function textDescriptor(text: string, mediaType: string): Descriptor {
  return { mediaType, digest: digestOf(text), size: Buffer.byteLength(text) };
}

/** Reads a manifest's text. @throws S6tsError `manifest-invalid` | `manifest-…` naming `what`. */
export function parseManifest(text: string, mediaType: string, what: string): Manifest {
  const { family, kind } = manifestKind(mediaType, what);
  const value = objectIn(text, what);
  if (kind !== 'manifest' || !Array.isArray(value['layers'])) throw invalid(what, 'it lists no layers');
  const layers = value['layers'].map((layer, index) => toDescriptor(layer, `${what}, layer ${index}`));
  return { family, config: toDescriptor(value['config'], `${what}, config`), layers };
}

/** Reads an index's (or manifest list's) entries, in their order. @throws S6tsError `manifest-invalid`. */
export function parseIndex(text: string, what: string): readonly IndexEntry[] {
  const value = objectIn(text, what);
  if (!Array.isArray(value['manifests'])) throw invalid(what, 'it lists no manifests');
  return value['manifests'].map((entry: unknown, index) => {
    const descriptor = toDescriptor(entry, `${what}, entry ${index}`);
    const platform =
      isObject(entry) && isObject(entry['platform']) ? toPlatform(entry['platform']) : undefined;
    const notes = isObject(entry) && isObject(entry['annotations']) ? entry['annotations'] : {};
    const attests = notes['vnd.docker.reference.digest'];
    return {
      descriptor,
      ...(platform === undefined ? {} : { platform }),
      ...(typeof attests === 'string' ? { attests } : {}),
    };
  });
}

/**
 * The media type of a manifest's text: its own `mediaType`, else what its form shows (image-spec, manifest.md: the field
 * may be absent). @throws S6tsError `manifest-invalid`.
 */
export function mediaTypeOf(text: string, what: string): string {
  const value = objectIn(text, what);
  if (typeof value['mediaType'] === 'string') return value['mediaType'];
  if (value['schemaVersion'] === 1) return 'application/vnd.docker.distribution.manifest.v1+json';
  if (Array.isArray(value['manifests'])) return MEDIA_TYPES.oci.index;
  if (Array.isArray(value['layers'])) return MEDIA_TYPES.oci.manifest;
  throw invalid(what, 'it lists neither layers nor manifests');
}

/** A JSON object's value. @throws S6tsError `manifest-invalid`. */
function objectIn(text: string, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new S6tsError('manifest-invalid', `${what} is not valid: it is no JSON`, { what, cause });
  }
  if (!isObject(value)) throw invalid(what, 'it is no JSON object');
  return value;
}

function toDescriptor(value: unknown, what: string): Descriptor {
  if (!isObject(value)) throw invalid(what, 'it is no descriptor');
  const { mediaType, digest, size, urls } = value;
  if (typeof mediaType !== 'string') throw invalid(what, 'it has no mediaType');
  if (typeof digest !== 'string' || !isDigest(digest))
    throw invalid(
      what,
      `its digest is ${String(digest)}, no SHA-256`,
      'push it with a tool that names blobs by SHA-256',
    );
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw invalid(what, 'its size is no number of bytes');
  return { mediaType, digest, size, ...(isStrings(urls) ? { urls } : {}) };
}

function toPlatform(value: JsonObject): Platform | undefined {
  const { os, architecture, variant } = value;
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined;
  return { os, architecture, ...(typeof variant === 'string' && variant !== '' ? { variant } : {}) };
}

function invalid(what: string, reason: string, hint?: string): S6tsError {
  const more = hint === undefined ? {} : { hint };
  return new S6tsError('manifest-invalid', `${what} is not valid: ${reason}`, { what, ...more });
}
