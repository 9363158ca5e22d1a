import { digestOf } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import { unpacked } from '../../blob/decompress.js';
import { MAX_CONFIG_BYTES } from '../../blob/descriptor.js';
import { MAGIC_BYTES, packingIn } from '../../blob/packing.js';
import { digested } from '../../blob/verified.js';
import { pairedDiffIds, platformIn } from '../../config-facts.js';
import type { Layer } from '../../image.js';
import type { StoredImage } from '../../store.js';
import { MANIFEST_FILE, type LegacyEntry } from './manifest-json.js';
import { presentIn } from './present.js';
import type { TarFile } from './tar-file.js';

/** The images that a `docker save` archive lists. @throws S6tsError `archive-malformed` where it is no such archive */
export async function imagesListed(tar: TarFile): Promise<readonly LegacyEntry[]> {
  const { legacy } = await presentIn(tar);
  if (legacy !== undefined) return legacy;
  throw new S6tsError('archive-malformed', `${tar.what} is no Docker archive: it has no ${MANIFEST_FILE}`, {
    what: tar.what,
    hint: `is it an OCI archive? then write oci-archive:${tar.what}`,
  });
}

/**
 * One of the images: config and layers by their diff ids, without a manifest, for that form has none.
 * @throws S6tsError `archive-malformed` | `image-invalid`
 */
export async function archivedImage(tar: TarFile, entry: LegacyEntry): Promise<StoredImage> {
  const what = `${tar.what}: ${entry.RepoTags[0] ?? entry.Config}`;
  const config = await tar.text(entry.Config, MAX_CONFIG_BYTES);
  if (config === undefined) {
    throw new S6tsError('archive-malformed', `${what} has no config ${entry.Config} in the archive`, {
      what,
    });
  }
  const diffIds = pairedDiffIds(config, entry.Layers.length, what);
  const layers: Layer[] = [];
  for (const [index, path] of entry.Layers.entries()) {
    const diffId = diffIds[index] ?? digestOf('');
    layers.push(await archivedLayer(tar, path, diffId));
  }
  return {
    kind: 'image',
    id: digestOf(config),
    names: entry.RepoTags,
    platform: platformIn(config),
    image: { config, layers },
  };
}

/** Some writers (jib, kaniko, ko) pack the layers: an engine takes them so, too. */
async function archivedLayer(tar: TarFile, path: string, diffId: Layer['diffId']): Promise<Layer> {
  const what = `the layer ${path} of ${tar.what}`;
  const isPlain = packingIn(await headOf(tar.stream(path))) === 'none';
  const size = isPlain ? tar.part(path)?.size : undefined;
  return {
    diffId,
    open: () => digested(unpacked(tar.stream(path), what), diffId, what),
    ...(size === undefined ? {} : { size }),
  };
}

async function headOf(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const chunk of bytes) return chunk.subarray(0, MAGIC_BYTES);
  return new Uint8Array(0);
}
