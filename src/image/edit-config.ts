import { appendAt, isJsonObject, rawAt, setAt, valueAt } from './config.js';
import { HISTORY_COMMENT, STEP } from './labels.js';

/** JSON texts that were replaced in a config: keys of `config` (and `config` itself, as '') → what stood there. */
export type Before = Readonly<Record<string, string | null>>;

/** A config under edit, and the JSON texts that were replaced so far; `null` stands for: there was no such key. */
export interface Edited {
  readonly config: string;
  readonly before: Before;
}

/** Begins to edit a config, which is given an empty `config` where it has none. */
export function edit(config: string): Edited {
  const begun = { config, before: {} };
  return isJsonObject(rawAt(config, ['config']) ?? '') ? begun : put(begun, '', {});
}

/** Puts a value at `config.KEY` (`config` itself for ''), noting what stood there. */
export function put({ config, before }: Edited, key: string, value: unknown): Edited {
  const path = key === '' ? ['config'] : ['config', key];
  return {
    config: setAt(config, path, JSON.stringify(value)),
    before: { ...before, [key]: rawAt(config, path) ?? null },
  };
}

/** A label's name, and its text or what makes it of all edits before. */
export type NewLabel = readonly [string, string | ((edited: Edited) => string)];

/** Adds labels, in their order. */
export function withLabels(edited: Edited, labels: readonly NewLabel[]): Edited {
  const present = isJsonObject(rawAt(edited.config, ['config', 'Labels']) ?? '');
  const start = present ? edited : put(edited, 'Labels', {});
  return labels.reduce<Edited>((done, [name, value]) => {
    const text = typeof value === 'string' ? value : value(done);
    return { ...done, config: setAt(done.config, ['config', 'Labels', name], JSON.stringify(text)) };
  }, start);
}

/** One layer more: its diff id, and an entry where the image has a history at all; its date is the image's own. */
export function withDiffId(config: string, diffId: string, createdBy: string): string {
  return appendAt(withHistory(config, createdBy), ['rootfs', 'diff_ids'], JSON.stringify(diffId));
}

/**
 * One word more in the step that made the image, where a config tells it: the classical builder takes any image of that
 * very step for its result, and would go on from ours.
 */
export function withStep(config: string): string {
  return Array.isArray(valueAt(config, STEP))
    ? appendAt(config, STEP, JSON.stringify(HISTORY_COMMENT))
    : config;
}

function withHistory(config: string, createdBy: string): string {
  const history = valueAt(config, ['history']);
  if (!Array.isArray(history) || history.length === 0) return config;
  const created = rawAt(config, ['created']);
  const entry = JSON.stringify({ created_by: createdBy, comment: HISTORY_COMMENT });
  const date = created === undefined ? '' : `"created":${created},`;
  return appendAt(config, ['history'], `{${date}${entry.slice(1)}`);
}
