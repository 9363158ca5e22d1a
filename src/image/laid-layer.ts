import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.js';
import { readCached } from '../base/cached-file.js';
import { sha256Hex } from '../base/digest.js';
import { jsonOrNothing } from '../base/json-object.js';
import { keepRecent, markUsed } from '../base/recent-files.js';
import type { FolderAttributes, ImageTree } from './image.js';
import { packedBefore, type PackedLayer } from './pack-layer.js';
import { memoized } from './symlinks.js';

/** An overlay's layer for an image. */
export interface LaidLayer<T = PackedLayer> {
  readonly layer: T;
  /** See `Placement`. */
  readonly kept: readonly string[];
}

/** A question after an image's tree, and what it has answered, as JSON. */
type Asked = readonly [method: keyof ImageTree, path: string, answer: string];

/** What a layer came of, beside what it is of. */
interface LaidBefore {
  readonly asked: readonly Asked[];
  readonly kept: readonly string[];
  readonly layer: Omit<PackedLayer, 'openBlob' | 'open'>;
}

/** Of one overlay so many are kept: bases differ in few of the answers, most of them in none. */
const KEPT = 16;

/**
 * The layer that `make` lays out, or the one that it did before: `key` names all that it is made of but the image, and
 * whatever it asks of the image is noted with its answers. An image that answers alike gets the same layer; nothing is
 * unpacked, laid out or packed for it then. Files of the cache that can't be read or written are done without.
 */
export async function laidLayer(
  key: readonly unknown[],
  image: ImageTree,
  cacheFolder: string,
  make: (seen: ImageTree) => Promise<LaidLayer>,
): Promise<LaidLayer> {
  const folder = join(cacheFolder, 'laid', sha256Hex(JSON.stringify(key)));
  const tree = memoized(image);
  for (const { file, before } of await readAll(folder)) {
    if (!(await answersAlike(tree, before.asked))) continue;
    const layer = await packedBefore(before.layer, cacheFolder);
    if (layer === undefined) continue;
    await markUsed(file);
    return { layer, kept: before.kept };
  }
  const asked: Asked[] = [];
  const made = await make(noting(tree, asked));
  const { diffId, size, blob } = made.layer;
  const note: LaidBefore = { asked, kept: made.kept, layer: { diffId, size, blob } };
  const text = JSON.stringify(note);
  await writeFileAtomic(join(folder, noteName(text)), Buffer.from(text))
    .then(() => keepRecent(folder, SUFFIX, KEPT))
    .catch(() => undefined);
  return made;
}

function noting(tree: ImageTree, asked: Asked[]): ImageTree {
  const note =
    <T>(method: keyof ImageTree, ask: (path: string) => Promise<T>): ((path: string) => Promise<T>) =>
    async (path) => {
      const answer = await ask(path);
      asked.push([method, path, answerText(answer)]);
      return answer;
    };
  return {
    lstat: note('lstat', (path) => tree.lstat(path)),
    folder: note('folder', (path) => tree.folder(path)),
    list: note('list', (path) => tree.list(path)),
  };
}

async function answersAlike(tree: ImageTree, asked: readonly Asked[]): Promise<boolean> {
  for (const [method, path, answer] of asked) {
    if (answerText(await tree[method](path)) !== answer) return false;
  }
  return true;
}

/** An answer as text, which differs where the answer does. */
function answerText(answer: unknown): string {
  return JSON.stringify({ answer }, (_key, value: unknown) =>
    value instanceof Map ? bytesAsText(value) : value,
  );
}

function bytesAsText(xattrs: FolderAttributes['xattrs']): readonly (readonly [string, string])[] {
  return [...xattrs].map(([name, value]) => [name, Buffer.from(value).toString('hex')] as const);
}

const SUFFIX = '.json';

function noteName(text: string): string {
  return `${sha256Hex(text)}${SUFFIX}`;
}

interface Note {
  readonly file: string;
  readonly before: LaidBefore;
}

async function readAll(folder: string): Promise<readonly Note[]> {
  try {
    const texts = (await readdir(folder))
      .filter((name) => name.endsWith(SUFFIX))
      .map(async (name) => ({ name, text: (await readCached(join(folder, name))).toString() }));
    // A file that isn't what its name says was damaged.
    return (await Promise.all(texts))
      .filter(({ name, text }) => name === noteName(text))
      .map(({ name, text }) => ({ file: join(folder, name), before: jsonOrNothing(text) as LaidBefore }));
  } catch {
    return [];
  }
}
