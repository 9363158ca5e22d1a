import { removeAt, setAt, valueAt } from './config.js';
import type { Image } from './image.js';
import { HISTORY_COMMENT, isStrings, LABEL, labelsOf, undoOf, type Undo } from './labels.js';

/** An image without what an earlier inject did to it. */
export interface Ungrafted {
  readonly image: Image;
  /** The id that the image had before that inject. */
  readonly originalImage: string;
  /** False where somebody built on top: then our old layer is still below theirs. */
  readonly layerRemoved: boolean;
  /** True where that inject let the services run as root and the CMD as the image's USER. */
  readonly servicesAsRoot: boolean;
}

/**
 * Undoes `graft`: a config that nobody has changed since gets its very bytes back, one that somebody built upon or
 * that an engine has written anew its values. Undefined for an image that bears no label of ours.
 */
export function ungraft(image: Image): Ungrafted | undefined {
  const labels = labelsOf(image.config);
  const undo = undoOf(image.config);
  const below = Number(labels[LABEL.layer]);
  if (undo === undefined || !Number.isInteger(below)) return undefined;
  const layerRemoved = image.layers.length === below + 1;
  let config = image.config;
  if (layerRemoved) {
    config = removeAt(config, ['rootfs', 'diff_ids', below]);
    config = withoutHistory(config);
  }
  for (const key of Object.values(LABEL).reverse()) config = removeAt(config, ['config', 'Labels', key]);
  config = restoreIf(config, undo, 'Labels', isEmpty(valueAt(config, ['config', 'Labels'])));
  config = withoutEnv(config, undo.env);
  config = restoreIf(config, undo, 'Env', isEmpty(valueAt(config, ['config', 'Env'])));
  config = restoreIf(config, undo, 'User', valueAt(config, ['config', 'User']) === 'root');
  config = restoreIf(config, undo, 'StopSignal', valueAt(config, ['config', 'StopSignal']) === 'SIGTERM');
  config = restoreIf(config, undo, 'Cmd', !initIn(valueAt(config, ['config', 'Cmd'])));
  config = withoutInit(config, undo);
  config = restoreIf(config, undo, '', isEmpty(valueAt(config, ['config'])));
  return {
    image: { config, layers: layerRemoved ? image.layers.slice(0, below) : image.layers },
    originalImage: labels[LABEL.image] ?? '',
    layerRemoved,
    servicesAsRoot: undo.before['User'] !== undefined,
  };
}

function restoreIf(config: string, undo: Undo, key: string, unchanged: boolean): string {
  const before = undo.before[key];
  if (before === undefined || !unchanged) return config;
  const path = key === '' ? ['config'] : ['config', key];
  return before === null ? removeAt(config, path) : setAt(config, path, before);
}

/** The ENTRYPOINT as it was; one that was changed since loses a leading /init at most. */
function withoutInit(config: string, undo: Undo): string {
  const present = valueAt(config, ['config', 'Entrypoint']);
  const unchanged = JSON.stringify(present) === JSON.stringify(undo.entrypoint);
  if (unchanged) return restoreIf(config, undo, 'Entrypoint', true);
  if (!isStrings(present) || present[0] !== '/init') return config;
  return removeAt(config, ['config', 'Entrypoint', 0]);
}

function initIn(cmd: unknown): boolean {
  return isStrings(cmd) && cmd[0] === '/init';
}

function withoutEnv(config: string, added: readonly string[]): string {
  return [...added].reverse().reduce((text, line) => {
    const env = valueAt(text, ['config', 'Env']);
    const index = isStrings(env) ? env.lastIndexOf(line) : -1;
    return index < 0 ? text : removeAt(text, ['config', 'Env', index]);
  }, config);
}

function withoutHistory(config: string): string {
  const history = valueAt(config, ['history']);
  if (!Array.isArray(history)) return config;
  const index = history.length - 1;
  const ours = valueAt(config, ['history', index, 'comment']) === HISTORY_COMMENT;
  return ours ? removeAt(config, ['history', index]) : config;
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
