import { isDeepStrictEqual } from 'node:util';
import { isObject, jsonOrNothing } from '../../base/json-object.js';
import { valueAt } from '../config.js';
import { edit, put, withDiffId, withLabels, type Before } from '../edit-config.js';
import type { Image, Layer } from '../image.js';
import { isStrings, labelsOf } from '../labels.js';
import { withConfig, withoutTopLayer, withTopLayer } from '../manifest.js';
import { isEmpty, restoreIf, withoutDiffId, withoutLabels } from '../restore-config.js';
import type { Additions } from './read-additions.js';

/** Labels with which an image says what was added, apart from those of the overlay: an upgrade leaves them alone. */
const ADDED = {
  /** A summary, as JSON. */
  summary: 's6ts.added',
  /** How many layers lie below the added one; missing where none was. */
  layer: 's6ts.added.layer',
  /** The edits of the config, as JSON: an `AddedUndo`. */
  undo: 's6ts.added.undo',
} as const;

interface AddedUndo {
  readonly before: Before;
  /** The values that were put in their places. */
  readonly after: Readonly<Record<string, unknown>>;
}

/** What was added to an image, as its labels say. */
export interface AddedSummary {
  readonly services: readonly string[];
  /** How many files and links, those of the services included. */
  readonly files: number;
  /** Names of variables. */
  readonly env: readonly string[];
  readonly cmd: readonly string[] | null;
}

/** Puts additions into an image, below the overlay's layer; `layer` is missing where there are no files. Pure. */
export function graftAdditions(image: Image, layer: Layer | undefined, additions: Additions): Image {
  const after = valuesOf(image.config, additions);
  const edited = Object.entries(after).reduce(
    (done, [key, value]) => put(done, key, value),
    edit(image.config),
  );
  const { config } = withLabels(edited, [
    [ADDED.summary, JSON.stringify(summaryOf(additions))],
    ...(layer === undefined ? [] : ([[ADDED.layer, String(image.layers.length)]] as const)),
    [ADDED.undo, ({ before }) => JSON.stringify({ before, after } satisfies AddedUndo)],
  ]);
  if (layer === undefined) return withConfig(image, config);
  const createdBy = `s6ts inject: ${additions.tree.size} files`;
  return withTopLayer(image, withDiffId(config, layer.diffId, createdBy), layer);
}

/** An image without its additions; `layerRemoved` is false where something lies on top of them. */
export function withoutAdditions(image: Image): { readonly image: Image; readonly layerRemoved: boolean } {
  const labels = labelsOf(image.config);
  const undo = undoIn(labels[ADDED.undo]);
  if (undo === undefined) return { image, layerRemoved: true };
  const below = labels[ADDED.layer] === undefined ? undefined : Number(labels[ADDED.layer]);
  const onTop = below !== undefined && image.layers.length === below + 1;
  let config = onTop ? withoutDiffId(image.config, below) : image.config;
  config = withoutLabels(config, undo.before, Object.values(ADDED));
  for (const [key, value] of Object.entries(undo.after).reverse()) {
    const same = isDeepStrictEqual(valueAt(config, ['config', key]), value);
    config = restoreIf(config, undo.before, key, same);
  }
  config = restoreIf(config, undo.before, '', isEmpty(valueAt(config, ['config'])));
  return {
    image: onTop ? withoutTopLayer(image, config, below) : withConfig(image, config),
    layerRemoved: onTop || below === undefined,
  };
}

/** What was added to an image by an inject; undefined for nothing. */
export function addedTo(config: string): AddedSummary | undefined {
  const text = labelsOf(config)[ADDED.summary];
  const value = text === undefined ? undefined : jsonOrNothing(text);
  if (!isObject(value)) return undefined;
  const { services, files, env, cmd } = value;
  if (!isStrings(services) || !isStrings(env) || typeof files !== 'number') return undefined;
  return { services, files, env, cmd: isStrings(cmd) ? cmd : null };
}

function summaryOf({ services, tree, env, cmd }: Additions): AddedSummary {
  const files = [...tree.values()].filter(({ kind }) => kind !== 'directory').length;
  return { services, files, env: [...env.keys()], cmd: cmd ?? null };
}

/** Values of `config` that change: a variable that is set already gets its new value where it stands. */
function valuesOf(config: string, { env, cmd }: Additions): AddedUndo['after'] {
  const present = valueAt(config, ['config', 'Env']);
  const lines = isStrings(present) ? present : [];
  const nameOf = (line: string): string => line.split('=')[0] ?? '';
  const kept = lines.map((line) => {
    const value = env.get(nameOf(line));
    return value === undefined ? line : `${nameOf(line)}=${value}`;
  });
  const names = lines.map(nameOf);
  const more = [...env].filter(([name]) => !names.includes(name)).map(([name, value]) => `${name}=${value}`);
  return {
    ...(env.size === 0 ? {} : { Env: [...kept, ...more] }),
    ...(cmd === undefined ? {} : { Cmd: cmd }),
  };
}

function undoIn(text: string | undefined): AddedUndo | undefined {
  const value = text === undefined ? undefined : jsonOrNothing(text);
  if (!isObject(value) || !isObject(value['before']) || !isObject(value['after'])) return undefined;
  const before = Object.entries(value['before']).filter(
    (entry): entry is [string, string | null] => entry[1] === null || typeof entry[1] === 'string',
  );
  return { before: Object.fromEntries(before), after: value['after'] };
}
