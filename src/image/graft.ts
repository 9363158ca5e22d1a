import { S6tsError } from '../base/error.js';
import { appendAt, valueAt } from './config.js';
import { edit, put, withDiffId, withLabels, withStep, type Edited } from './edit-config.js';
import type { Image, Layer } from './image.js';
import { unwrapInit, type Unwrapped } from './init-entrypoint.js';
import { envOf, isStrings, LABEL, type Undo } from './labels.js';
import { withTopLayer } from './manifest.js';

export interface GraftOptions {
  /** The id under which the image was known before. */
  readonly originalImage: string;
  /** SHA-256 of its config then, where every byte of that is known. */
  readonly originalConfig?: string;
  /** The overlay's version and the SHA-256 of its release file. */
  readonly overlayVersion: string;
  readonly overlayDigest: string;
  /** Names of what the layer holds beside the overlay. */
  readonly with?: readonly string[];
  /** Services run as root, the CMD as the image's USER. Default: all as the image's USER. */
  readonly servicesAsRoot?: boolean;
  /** Keeps tini or dumb-init, below /init. Default: dropped. */
  readonly keepInit?: boolean;
  /** The ENTRYPOINT begins with the /init that ours replaces: it isn't doubled. */
  readonly replacesInit?: boolean;
}

/** What an image runs, and as whom (image-spec, config.md). */
export interface Execution {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly user: string;
  readonly stopSignal: string;
}

/** A grafted image and what its owner should be told about it. */
export interface Grafted {
  readonly image: Image;
  readonly before: Execution;
  readonly after: Execution;
  /** The small init that was taken off the ENTRYPOINT; undefined where there was none or it was kept. */
  readonly unwrapped?: Unwrapped;
}

/** What `config` of an image says about running it. @throws S6tsError `image-config` for values of a wrong type. */
export function executionOf(config: string): Execution {
  const strings = (key: string): readonly string[] => {
    const value = valueAt(config, ['config', key]) ?? [];
    // An engine reads a lone string as a list of one.
    if (typeof value === 'string') return [value];
    if (!isStrings(value)) throw badConfig(key, 'a list of strings');
    return value;
  };
  const text = (key: string): string => {
    const value = valueAt(config, ['config', key]) ?? '';
    if (typeof value !== 'string') throw badConfig(key, 'a string');
    return value;
  };
  return {
    entrypoint: strings('Entrypoint'),
    cmd: strings('Cmd'),
    user: text('User'),
    stopSignal: text('StopSignal'),
  };
}

/**
 * Puts a layer on an image and /init in front of its ENTRYPOINT. Pure: edits only the values that have to change, as
 * text, and notes in labels how to undo that. @throws S6tsError `image-config`.
 */
export function graft(image: Image, layer: Layer, options: GraftOptions): Grafted {
  const before = executionOf(image.config);
  const unwrapped =
    options.keepInit === true ? undefined : unwrapInit(withoutInit(before, options), before.cmd);
  const entrypoint = ['/init', ...(unwrapped?.rest ?? withoutInit(before, options))];
  const changed = changesOf(before, unwrapped, options);
  let edited = put(edit(image.config), 'Entrypoint', entrypoint);
  for (const [key, value] of Object.entries(changed.values)) edited = put(edited, key, value);
  const env = changed.env
    .filter(([name]) => !envOf(image.config).has(name))
    .map(([name, value]) => `${name}=${value}`);
  edited = withEnv(edited, env);
  edited = withLabels(edited, [
    [LABEL.version, options.overlayVersion],
    [LABEL.overlay, options.overlayDigest],
    ...(options.with === undefined || options.with.length === 0
      ? []
      : ([[LABEL.with, options.with.join()]] as const)),
    [LABEL.image, options.originalImage],
    ...(options.originalConfig === undefined ? [] : ([[LABEL.config, options.originalConfig]] as const)),
    [LABEL.entrypoint, JSON.stringify(before.entrypoint)],
    [LABEL.layer, String(image.layers.length)],
    [LABEL.undo, ({ before: undo }) => JSON.stringify({ before: undo, entrypoint, env } satisfies Undo)],
  ]);
  const createdBy = `s6ts inject: s6-overlay ${options.overlayVersion} (${options.overlayDigest})`;
  const config = withStep(withDiffId(edited.config, layer.diffId, createdBy));
  return {
    image: withTopLayer(image, config, layer),
    before,
    after: executionOf(config),
    ...(unwrapped === undefined || unwrapped.dropped.length === 0 ? {} : { unwrapped }),
  };
}

function withEnv(edited: Edited, lines: readonly string[]): Edited {
  if (lines.length === 0) return edited;
  const present = Array.isArray(valueAt(edited.config, ['config', 'Env']));
  const { config, before } = present ? edited : put(edited, 'Env', []);
  const append = (text: string, line: string): string =>
    appendAt(text, ['config', 'Env'], JSON.stringify(line));
  return { config: lines.reduce(append, config), before };
}

/** The ENTRYPOINT without the /init that ours replaces. */
function withoutInit(before: Execution, options: GraftOptions): readonly string[] {
  return options.replacesInit === true ? before.entrypoint.slice(1) : before.entrypoint;
}

/** Values of `config` that change beside the ENTRYPOINT, and variables for /init. */
function changesOf(
  before: Execution,
  unwrapped: Unwrapped | undefined,
  options: GraftOptions,
): { values: Record<string, string | readonly string[]>; env: [string, string][] } {
  const values: Record<string, string | readonly string[]> = {};
  const env: [string, string][] = [];
  const wanted = before.stopSignal === '' ? unwrapped?.stopSignal : before.stopSignal;
  if (wanted !== undefined && !['', 'SIGTERM', 'TERM', '15'].includes(wanted.toUpperCase())) {
    env.push(['S6_CMD_STOPSIGNAL', wanted]);
    if (before.stopSignal !== '') values['StopSignal'] = 'SIGTERM';
  }
  if (options.servicesAsRoot === true && !['', 'root', '0', '0:0', 'root:root'].includes(before.user)) {
    env.push(['S6_CMD_USER', before.user]);
    values['User'] = 'root';
  }
  // An /init in CMD: ours is the ENTRYPOINT, so it would be started twice.
  if (options.replacesInit === true && before.entrypoint.length === 0) values['Cmd'] = before.cmd.slice(1);
  return { values, env };
}

function badConfig(key: string, wanted: string): S6tsError {
  return new S6tsError('image-config', `the image's config is not valid: ${key} is not ${wanted}`);
}
