import { digestOf } from '../../../base/digest.js';
import { parseIndex, parseManifest } from '../../blob/descriptor.js';
import { manifestKind } from '../../blob/media-type.js';
import type { Platform } from '../../image.js';
import { formatImageName, fullImageName, type ImageName } from '../../reference.js';
import {
  emptyIndex,
  INDEX_FILE,
  LAYOUT,
  LAYOUT_FILE,
  withEntry,
  type EntryName,
} from '../oci-layout/index-json.js';
import { blobFile } from '../oci-layout/layout-reader.js';
import type { Layout } from './archive-stream.js';
import { blobOf, memberOf, type Blob } from './blob.js';
import { MANIFEST_FILE, withLegacyEntries, type LegacyEntry } from './manifest-json.js';
import { neededMembers, presentIn } from './present.js';
import type { TarFile } from './tar-file.js';

/** What an image is called in an archive. */
export interface ArchiveName {
  /** Its name in index.json. */
  readonly ref?: string;
  /** Docker's name: in manifest.json, and in index.json for containerd. */
  readonly docker?: ImageName & { readonly tag: string };
}

/** What is entered into an archive: a manifest or index, and all that it names. */
export interface Entered {
  readonly text: string;
  readonly mediaType: string;
  /** An index's manifests. */
  readonly manifests: readonly { readonly text: string; readonly mediaType: string }[];
  /** Configs and layers. */
  readonly blobs: readonly Blob[];
}

/**
 * An OCI image layout (image-spec, image-layout.md) that is a `docker save` archive too, as Docker's own are since
 * version 25: index.json for skopeo, podman, umoci and engines with the containerd store, manifest.json for engines with
 * the classical one. The other images of `tar` stay; an archive without an index.json gets none, for it would show a
 * part only. The same arguments give the same bytes.
 * @throws S6tsError `archive-malformed` | `manifest-invalid` for what `tar` holds
 */
export async function archiveLayout(entered: Entered, name: ArchiveName, tar?: TarFile): Promise<Layout> {
  const top = blobOf(entered.text, entered.mediaType);
  const blobs = [
    top,
    ...entered.manifests.map(({ text, mediaType }) => blobOf(text, mediaType)),
    ...entered.blobs,
  ];
  const present = tar === undefined ? {} : await presentIn(tar);
  const legacy = withLegacyEntries(present.legacy ?? [], legacyEntries(entered, name));
  const index =
    present.index === undefined && present.legacy !== undefined
      ? undefined
      : withEntry(
          present.index ?? emptyIndex(),
          top.descriptor,
          entryNameOf(name),
          tar?.what ?? 'a new archive',
        );
  const kept =
    tar === undefined ? [] : await neededMembers(tar, index === undefined ? { legacy } : { index, legacy });
  const members = new Map([...kept, ...blobs.map(memberOf)].map((member) => [member.path, member] as const));
  return {
    files: new Map([
      ...(index === undefined
        ? []
        : ([
            [LAYOUT_FILE, LAYOUT],
            [INDEX_FILE, index],
          ] as const)),
      [MANIFEST_FILE, JSON.stringify(legacy)],
    ]),
    members: [...members.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

function entryNameOf({ ref, docker }: ArchiveName): EntryName {
  return {
    ...(docker === undefined ? {} : { image: fullImageName(docker) }),
    ...(ref === undefined ? {} : { ref }),
  };
}

/** In manifest.json a name is one image: of an index, each platform's has the tag NAME:TAG-ARCHITECTURE. */
function legacyEntries(
  { text, mediaType, manifests }: Entered,
  { docker }: ArchiveName,
): readonly LegacyEntry[] {
  if (manifestKind(mediaType, 'the new image').kind === 'manifest') {
    return [legacyEntry({ text, mediaType }, docker)];
  }
  const platforms = new Map(
    parseIndex(text, 'the new index').map(
      ({ descriptor, platform }) => [descriptor.digest, platform] as const,
    ),
  );
  return manifests.map((manifest) => {
    return legacyEntry(
      manifest,
      docker === undefined ? undefined : withArchitecture(docker, platforms.get(digestOf(manifest.text))),
    );
  });
}

function legacyEntry(
  { text, mediaType }: { readonly text: string; readonly mediaType: string },
  name: ImageName | undefined,
): LegacyEntry {
  const { config, layers } = parseManifest(text, mediaType, 'the new image');
  return {
    Config: blobFile(config.digest),
    RepoTags: name === undefined ? [] : [formatImageName(name)],
    Layers: layers.map(({ digest }) => blobFile(digest)),
  };
}

function withArchitecture(name: ImageName & { tag: string }, platform: Platform | undefined): ImageName {
  return { ...name, tag: `${name.tag}-${platform?.architecture ?? 'unknown'}` };
}
