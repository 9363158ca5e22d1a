import { PLAIN_FOLDER, type FolderAttributes, type ImageNode, type ImageTree } from '../image.js';
import type { LayerIndex } from './layer-index.js';

/** The file system of layers laid over one another, the bottom one first (image-spec, layer.md, "Applying Changesets"). */
export function layeredTree(bottomFirst: readonly LayerIndex[]): ImageTree {
  const layers = [...bottomFirst].reverse();
  return {
    lstat: (path) => Promise.resolve(nodeAt(layers, path)),
    folder: (path) => Promise.resolve(attributesAt(layers, path)),
    list: (path) => Promise.resolve(namesAt(layers, path)),
  };
}

/** Which of the layers, counted from the bottom, holds the file that is seen at `path`; -1 where none is. */
export function layerOfFile(bottomFirst: readonly LayerIndex[], path: string): number {
  for (let index = bottomFirst.length - 1; index >= 0; index -= 1) {
    const layer = bottomFirst[index];
    const entry = layer?.at(path);
    if (entry !== undefined) return entry.kind === 'file' ? index : -1;
    if (layer === undefined || endsAt(layer, path)) return -1;
  }
  return -1;
}

function nodeAt(layers: readonly LayerIndex[], path: string): ImageNode | undefined {
  if (path === '') return 'directory';
  let implied = false;
  for (const layer of layers) {
    const entry = layer.at(path);
    // A file above what was found below it: nothing can be below a file.
    if (entry !== undefined && !(implied && entry.kind !== 'directory')) {
      return entry.kind === 'link'
        ? { target: entry.target ?? '' }
        : entry.kind === 'file'
          ? 'other'
          : 'directory';
    }
    if (entry === undefined && layer.holdsBelow(path)) implied = true;
    if (endsAt(layer, path)) break;
  }
  return implied ? 'directory' : undefined;
}

function attributesAt(layers: readonly LayerIndex[], path: string): FolderAttributes {
  for (const layer of layers) {
    const entry = layer.at(path);
    if (entry !== undefined) return entry.kind === 'directory' ? entry : PLAIN_FOLDER;
    if (path !== '' && endsAt(layer, path)) break;
  }
  return PLAIN_FOLDER;
}

function namesAt(layers: readonly LayerIndex[], path: string): readonly string[] {
  const found = new Set<string>();
  const hidden = new Set<string>();
  for (const layer of layers) {
    for (const name of layer.names(path)) if (!hidden.has(name)) found.add(name);
    for (const name of layer.hiddenNames(path)) hidden.add(name);
    const own = layer.at(path);
    if (layer.isOpaque(path) || (own !== undefined && own.kind !== 'directory')) break;
    if (path !== '' && endsAt(layer, path)) break;
  }
  return [...found].sort();
}

/** True where a layer lets nothing be seen of what lower layers have at `path`. */
function endsAt(layer: LayerIndex, path: string): boolean {
  if (layer.hides(path)) return true;
  const names = path.split('/');
  return names.some((_, count) => {
    const parent = names.slice(0, count).join('/');
    if (layer.isOpaque(parent)) return true;
    if (parent === '') return false;
    const entry = layer.at(parent);
    return layer.hides(parent) || (entry !== undefined && entry.kind !== 'directory');
  });
}
