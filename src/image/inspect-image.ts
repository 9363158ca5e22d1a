import { META, parseMeta } from '../overlay/meta.js';
import { addedTo, withoutAdditions, type AddedSummary } from './additions/graft-additions.js';
import { existingInit } from './existing-init.js';
import { executionOf, type Execution } from './graft.js';
import type { Platform } from './image.js';
import { isSmallInit } from './init-entrypoint.js';
import { envOf, LABEL, labelsOf } from './labels.js';
import type { ImageStore, StoredImage, StoredTree } from './store.js';
import { ungraft } from './ungraft.js';
import { userFilesOf, type UserFiles } from './user-files.js';

/** The init that an image starts with. */
export interface Init {
  readonly kind: 's6ts' | 's6-overlay' | 'tini' | 'dumb-init' | 'docker-init' | 'unknown' | 'none';
  /** As far as the image tells it: s6-overlay v1 and v2 say no more than that. */
  readonly version: string | null;
}

/** What `s6ts inject` did to an image. */
export interface Injected {
  readonly version: string;
  /** SHA-256 of the release file. */
  readonly overlay: string;
  readonly with: readonly string[];
  /** What the user had it add; null for nothing. */
  readonly added: AddedSummary | null;
  /** The id, or manifest digest, that the image had before. */
  readonly original: string;
  /** False where somebody built on top: `eject` can't take it out then. */
  readonly onTop: boolean;
}

/** What one image holds. */
export interface InspectedImage {
  readonly platform: Platform;
  readonly id: string;
  readonly init: Init;
  readonly injected: Injected | null;
  /** What it ran before the injection; null for an image that was not injected. */
  readonly before: Execution | null;
  readonly now: Execution;
  readonly files: UserFiles;
}

/** An overlay.json is some kilobytes. */
const MAX_META_BYTES = 2 ** 20;

/** Finds out what an image holds; of its files, the names are read only. @throws S6tsError of the store. */
export async function inspectImage(store: ImageStore, stored: StoredImage): Promise<InspectedImage> {
  const { config } = stored.image;
  const undone = ungraft(stored.image);
  const now = executionOf(config);
  const tree = await store.tree(stored);
  try {
    const labels = labelsOf(config);
    return {
      platform: stored.platform,
      id: stored.id,
      init: await initOf(now, tree, labels[LABEL.version]),
      injected:
        undone === undefined
          ? null
          : {
              version: undone.version,
              overlay: labels[LABEL.overlay] ?? '',
              with: undone.with,
              added: addedTo(config) ?? null,
              original: undone.originalImage,
              onTop: undone.layerRemoved,
            },
      before: undone === undefined ? null : executionOf(withoutAdditions(undone.image).image.config),
      now,
      files: await userFilesOf(tree, envOf(config).get('S6_RUNTIME_PROFILE')),
    };
  } finally {
    await tree.close();
  }
}

async function initOf(now: Execution, tree: StoredTree, labelled: string | undefined): Promise<Init> {
  const init = await existingInit(now, tree);
  switch (init.kind) {
    case 's6ts':
      return { kind: 's6ts', version: labelled ?? (await versionIn(tree)) };
    case 's6-overlay-v1-v2':
      return { kind: 's6-overlay', version: String(init.major) };
    case 's6-overlay-v3':
      return { kind: 's6-overlay', version: init.version ?? '3' };
    case 'unknown':
      return { kind: 'unknown', version: null };
    case 'none':
      return { kind: smallInit(now), version: null };
  }
}

/** An overlay that a Dockerfile put there is no label's to tell of. */
async function versionIn(tree: StoredTree): Promise<string | null> {
  const bytes = await tree.read(META, MAX_META_BYTES);
  return bytes === undefined ? null : parseMeta(Buffer.from(bytes).toString(), META).version;
}

function smallInit({ entrypoint, cmd }: Execution): Init['kind'] {
  const [program = ''] = entrypoint.length > 0 ? entrypoint : cmd;
  if (!isSmallInit(program)) return 'none';
  if (program.endsWith('dumb-init')) return 'dumb-init';
  return program.endsWith('docker-init') ? 'docker-init' : 'tini';
}
