import { S6tsError } from '../base/error.js';
import { appendAt, isJsonObject, rawAt, setAt, valueAt } from './config.js';
import type { Image, Layer } from './image.js';
import { unwrapInit, type Unwrapped } from './init-entrypoint.js';
import { HISTORY_COMMENT, isStrings, LABEL, type Undo } from './labels.js';

export interface GraftOptions {
  /** The id under which the image was known before. */
  readonly originalImage: string;
  /** The overlay's version and the SHA-256 of its release file. */
  readonly overlayVersion: string;
  readonly overlayDigest: string;
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
  const unwrapped = options.keepInit === true ? undefined : unwrapInit(withoutInit(before, options));
  const entrypoint = ['/init', ...(unwrapped?.rest ?? withoutInit(before, options))];
  const changed = changesOf(before, unwrapped, options);
  let edited = put(withConfig({ config: image.config, before: {} }), 'Entrypoint', entrypoint);
  for (const [key, value] of Object.entries(changed.values)) edited = put(edited, key, value);
  const env = changed.env
    .filter(([name]) => !envNames(image.config).includes(name))
    .map(([name, value]) => `${name}=${value}`);
  edited = withEnv(edited, env);
  edited = withLabels(edited, [
    [LABEL.version, options.overlayVersion],
    [LABEL.overlay, options.overlayDigest],
    [LABEL.image, options.originalImage],
    [LABEL.entrypoint, JSON.stringify(before.entrypoint)],
    [LABEL.layer, String(image.layers.length)],
    [LABEL.undo, ({ before: undo }) => JSON.stringify({ before: undo, entrypoint, env } satisfies Undo)],
  ]);
  const config = appendAt(
    withHistory(edited.config, options),
    ['rootfs', 'diff_ids'],
    JSON.stringify(layer.diffId),
  );
  return {
    image: { config, layers: [...image.layers, layer] },
    before,
    after: executionOf(config),
    ...(unwrapped === undefined || unwrapped.dropped.length === 0 ? {} : { unwrapped }),
  };
}

/** A config under edit, and the JSON texts that were replaced so far. */
interface Edited {
  readonly config: string;
  readonly before: Undo['before'];
}

/** Puts a value at `config.KEY` (`config` itself for ''), noting what stood there. */
function put({ config, before }: Edited, key: string, value: unknown): Edited {
  const path = key === '' ? ['config'] : ['config', key];
  return {
    config: setAt(config, path, JSON.stringify(value)),
    before: { ...before, [key]: rawAt(config, path) ?? null },
  };
}

function withConfig(edited: Edited): Edited {
  return isJsonObject(rawAt(edited.config, ['config']) ?? '') ? edited : put(edited, '', {});
}

function withEnv(edited: Edited, lines: readonly string[]): Edited {
  if (lines.length === 0) return edited;
  const present = Array.isArray(valueAt(edited.config, ['config', 'Env']));
  const { config, before } = present ? edited : put(edited, 'Env', []);
  const append = (text: string, line: string): string =>
    appendAt(text, ['config', 'Env'], JSON.stringify(line));
  return { config: lines.reduce(append, config), before };
}

function withLabels(
  edited: Edited,
  labels: readonly (readonly [string, string | ((edited: Edited) => string)])[],
): Edited {
  const present = isJsonObject(rawAt(edited.config, ['config', 'Labels']) ?? '');
  const start = present ? edited : put(edited, 'Labels', {});
  return labels.reduce<Edited>((done, [name, value]) => {
    const text = typeof value === 'string' ? value : value(done);
    return { ...done, config: setAt(done.config, ['config', 'Labels', name], JSON.stringify(text)) };
  }, start);
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

function envNames(config: string): readonly string[] {
  const env = valueAt(config, ['config', 'Env']);
  return isStrings(env) ? env.map((line) => line.split('=')[0] ?? '') : [];
}

/** One entry for our layer where the image has a history at all; its date is the image's own. */
function withHistory(config: string, options: GraftOptions): string {
  const history = valueAt(config, ['history']);
  if (!Array.isArray(history) || history.length === 0) return config;
  const created = rawAt(config, ['created']);
  const entry = {
    created_by: `s6ts inject: s6-overlay ${options.overlayVersion} (${options.overlayDigest})`,
    comment: HISTORY_COMMENT,
  };
  const date = created === undefined ? '' : `"created":${created},`;
  return appendAt(config, ['history'], `{${date}${JSON.stringify(entry).slice(1)}`);
}

function badConfig(key: string, wanted: string): S6tsError {
  return new S6tsError('image-config', `the image's config is not valid: ${key} is not ${wanted}`);
}
