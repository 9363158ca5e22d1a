import { valueAt } from './config.js';

/** Labels with which an image says what was done to it. */
export const LABEL = {
  /** The overlay's version. */
  version: 's6ts.version',
  /** SHA-256 of the release file that was injected. */
  overlay: 's6ts.overlay',
  /** What was injected beside it: names with commas between; missing when nothing was. */
  with: 's6ts.with',
  /** The image id (or manifest digest) that the image had before. */
  image: 's6ts.original.image',
  /** SHA-256 of its config then; missing where that isn't known for sure. */
  config: 's6ts.original.config',
  /** Its ENTRYPOINT before, as JSON. */
  entrypoint: 's6ts.original.entrypoint',
  /** How many layers lie below ours. */
  layer: 's6ts.layer',
  /** What eject and a second inject need to undo the edits of the config: an `Undo` as JSON. */
  undo: 's6ts.undo',
} as const;

/** How each history entry of ours begins, its comment, and how the step ends that an engine notes. */
export const HISTORY_COMMENT = 's6ts inject';

/** Where engines before version 25 note which step of a Dockerfile an image is the result of (moby, image/spec/spec.md). */
export const STEP = ['container_config', 'Cmd'] as const;

/** The edits of a config that can't be read off the edited one. `null` stands for: there was no such key. */
export interface Undo {
  /** Keys of `config` (and `config` itself, as '') → their JSON text before. */
  readonly before: Readonly<Record<string, string | null>>;
  /** The ENTRYPOINT that was put there. */
  readonly entrypoint: readonly string[];
  /** Elements that were added to ENV. */
  readonly env: readonly string[];
}

/** The labels of a config; empty where it has none. */
export function labelsOf(config: string): Readonly<Record<string, string>> {
  const labels = valueAt(config, ['config', 'Labels']);
  if (typeof labels !== 'object' || labels === null) return {};
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** The variables of a config's ENV; of two with one name the last counts. */
export function envOf(config: string): ReadonlyMap<string, string> {
  const env = valueAt(config, ['config', 'Env']);
  const lines = isStrings(env) ? env : [];
  return new Map(
    lines.map((line) => {
      const equals = line.indexOf('=');
      return equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

/** The undo record of a config that s6ts has edited, else undefined. */
export function undoOf(config: string): Undo | undefined {
  const text = labelsOf(config)[LABEL.undo];
  if (text === undefined) return undefined;
  try {
    const undo: unknown = JSON.parse(text);
    return isUndo(undo) ? undo : undefined;
  } catch {
    // Somebody else's label, or one that was cut: the image then counts as never injected.
    return undefined;
  }
}

function isUndo(value: unknown): value is Undo {
  if (typeof value !== 'object' || value === null) return false;
  if (!('before' in value && 'entrypoint' in value && 'env' in value)) return false;
  const { before, entrypoint, env } = value;
  if (typeof before !== 'object' || before === null) return false;
  return (
    Object.values(before).every((raw) => raw === null || typeof raw === 'string') &&
    isStrings(entrypoint) &&
    isStrings(env)
  );
}

/** True for an array of strings. */
export function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}
