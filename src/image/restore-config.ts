import { isObject } from '../base/json-object.js';
import { removeAt, setAt, valueAt } from './config.js';
import type { Before } from './edit-config.js';
import { HISTORY_COMMENT, STEP } from './labels.js';

/** Puts back what stood at `config.KEY` before an edit, unless nothing was noted or somebody has changed it since. */
export function restoreIf(config: string, before: Before, key: string, unchanged: boolean): string {
  const raw = before[key];
  if (raw === undefined || !unchanged) return config;
  const path = key === '' ? ['config'] : ['config', key];
  return raw === null ? removeAt(config, path) : setAt(config, path, raw);
}

/** Takes labels off, the last one first; the key too, where it came with them and nothing else is in it. */
export function withoutLabels(config: string, before: Before, names: readonly string[]): string {
  const without = [...names]
    .reverse()
    .reduce((text, name) => removeAt(text, ['config', 'Labels', name]), config);
  return restoreIf(without, before, 'Labels', isEmpty(valueAt(without, ['config', 'Labels'])));
}

/** Takes the layer at `index` off, with the last history entry of ours: nobody has added a layer since. */
export function withoutDiffId(config: string, index: number): string {
  const text = removeAt(config, ['rootfs', 'diff_ids', index]);
  const history: unknown = valueAt(text, ['history']);
  if (!Array.isArray(history)) return text;
  const ours = history.findLastIndex((row: unknown) => isObject(row) && row['comment'] === HISTORY_COMMENT);
  return ours < 0 ? text : removeAt(text, ['history', ours]);
}

/** Takes our word off the step that made the image. */
export function withoutStep(config: string): string {
  const step = valueAt(config, STEP);
  return Array.isArray(step) && step.at(-1) === HISTORY_COMMENT
    ? removeAt(config, [...STEP, step.length - 1])
    : config;
}

/** True for `null` and what has nothing in it. */
export function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
