import { isDigest } from '../../../base/digest.js';
import { isObject } from '../../../base/json-object.js';
import { MAX_MANIFEST_BYTES } from '../../blob/descriptor.js';
import { entriesOf, INDEX_FILE } from '../oci-layout/index-json.js';
import { blobFile } from '../oci-layout/layout-reader.js';
import type { ArchiveMember } from './archive-stream.js';
import { MANIFEST_FILE, parseManifestJson, type LegacyEntry } from './manifest-json.js';
import type { TarFile } from './tar-file.js';

/** What an archive says of its images; each absent where the archive has no such file. */
export interface Present {
  /** The text of index.json. */
  readonly index?: string;
  /** What manifest.json lists, links among its paths followed. */
  readonly legacy?: readonly LegacyEntry[];
}

/** Reads what names the images of an archive. @throws S6tsError `archive-malformed` | `manifest-invalid` */
export async function presentIn(tar: TarFile): Promise<Present> {
  const index = await tar.text(INDEX_FILE, MAX_MANIFEST_BYTES);
  const manifest = await tar.text(MANIFEST_FILE, MAX_MANIFEST_BYTES);
  return {
    ...(index === undefined ? {} : { index }),
    ...(manifest === undefined
      ? {}
      : {
          legacy: parseManifestJson(manifest, tar.what).map((entry) => ({
            ...entry,
            Config: tar.nameOf(entry.Config),
            Layers: entry.Layers.map((path) => tar.nameOf(path)),
          })),
        }),
  };
}

/** The files of an archive that these of its images need: what no image needs any more is left behind. */
export async function neededMembers(
  tar: TarFile,
  { index, legacy = [] }: Present,
): Promise<readonly ArchiveMember[]> {
  const needed = new Set(legacy.flatMap(({ Config, Layers }) => [Config, ...Layers]));
  if (index !== undefined) {
    for (const { digest } of entriesOf(index, tar.what)) await addReachable(tar, digest, needed);
  }
  return [...needed].flatMap((path) => {
    const part = tar.part(path);
    return part === undefined ? [] : [{ path, size: part.size, open: () => tar.stream(path) }];
  });
}

/** A manifest or index with all that it names; of an index the manifests too. */
async function addReachable(tar: TarFile, digest: string, needed: Set<string>): Promise<void> {
  if (!isDigest(digest) || needed.has(blobFile(digest))) return;
  needed.add(blobFile(digest));
  const text = await tar.text(blobFile(digest), MAX_MANIFEST_BYTES);
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!isObject(value)) return;
  for (const blob of [value['config'], ...listOf(value['layers'])]) {
    if (isObject(blob) && typeof blob['digest'] === 'string' && isDigest(blob['digest']))
      needed.add(blobFile(blob['digest']));
  }
  for (const manifest of listOf(value['manifests'])) {
    if (isObject(manifest) && typeof manifest['digest'] === 'string')
      await addReachable(tar, manifest['digest'], needed);
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
