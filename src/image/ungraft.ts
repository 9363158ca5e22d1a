import { isAddOn, type AddOn } from './add-on.js';
import { removeAt, valueAt } from './config.js';
import type { Image } from './image.js';
import { isStrings, LABEL, labelsOf, undoOf, type Undo } from './labels.js';
import { withConfig, withoutTopLayer } from './manifest.js';
import { isEmpty, restoreIf, withoutDiffId, withoutLabels, withoutStep } from './restore-config.js';

/** An image without what an earlier inject did to it. */
export interface Ungrafted {
  readonly image: Image;
  /** The overlay's version. */
  readonly version: string;
  /** The id that the image had before that inject. */
  readonly originalImage: string;
  /** SHA-256 of its config then, where that is known. */
  readonly originalConfig?: string;
  /** False where somebody built on top: then our old layer is still below theirs. */
  readonly layerRemoved: boolean;
  /** True where that inject let the services run as root and the CMD as the image's USER. */
  readonly servicesAsRoot: boolean;
  /** What that inject put into it beside the overlay. */
  readonly with: readonly AddOn[];
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
  const { before } = undo;
  let config = layerRemoved ? withoutStep(withoutDiffId(image.config, below)) : image.config;
  config = withoutLabels(config, before, Object.values(LABEL));
  config = withoutEnv(config, undo.env);
  config = restoreIf(config, before, 'Env', isEmpty(valueAt(config, ['config', 'Env'])));
  config = restoreIf(config, before, 'User', valueAt(config, ['config', 'User']) === 'root');
  config = restoreIf(config, before, 'StopSignal', valueAt(config, ['config', 'StopSignal']) === 'SIGTERM');
  config = restoreIf(config, before, 'Cmd', !initIn(valueAt(config, ['config', 'Cmd'])));
  config = withoutInit(config, undo);
  config = restoreIf(config, before, '', isEmpty(valueAt(config, ['config'])));
  return {
    image: layerRemoved ? withoutTopLayer(image, config, below) : withConfig(image, config),
    version: labels[LABEL.version] ?? '',
    originalImage: labels[LABEL.image] ?? '',
    ...(labels[LABEL.config] === undefined ? {} : { originalConfig: labels[LABEL.config] }),
    layerRemoved,
    servicesAsRoot: undo.before['User'] !== undefined,
    with: (labels[LABEL.with] ?? '').split(',').filter(isAddOn),
  };
}

/** The ENTRYPOINT as it was; one that was changed since loses a leading /init at most. */
function withoutInit(config: string, undo: Undo): string {
  const present = valueAt(config, ['config', 'Entrypoint']);
  const unchanged = JSON.stringify(present) === JSON.stringify(undo.entrypoint);
  if (unchanged) return restoreIf(config, undo.before, 'Entrypoint', true);
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
