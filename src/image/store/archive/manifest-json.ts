import { S6tsError } from '../../../base/error.js';
import { isObject } from '../../../base/json-object.js';
import { isStrings } from '../../labels.js';
import { asTaggedName, fullImageName } from '../../reference.js';

/** The file of a `docker save` archive that names its images (moby, image/spec/spec.md, "Combined Image JSON"). */
export const MANIFEST_FILE = 'manifest.json';

/** One image there: its files in the archive. What else is said of it is kept. */
export interface LegacyEntry {
  readonly Config: string;
  readonly RepoTags: readonly string[];
  /** Bottom layer first. */
  readonly Layers: readonly string[];
}

/** Reads a manifest.json. @throws S6tsError `archive-malformed` naming the archive */
export function parseManifestJson(text: string, what: string): readonly LegacyEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw malformed(what, 'it is no JSON', cause);
  }
  if (!Array.isArray(value)) throw malformed(what, 'it is no list');
  return value.map((entry: unknown) => {
    if (!isObject(entry)) throw malformed(what, 'it lists something that is no image');
    const { Config, RepoTags, Layers } = entry;
    const tags = RepoTags ?? [];
    const layers = Layers ?? [];
    if (typeof Config !== 'string') throw malformed(what, 'an image has no Config');
    if (!isStrings(tags) || !isStrings(layers))
      throw malformed(what, 'its RepoTags or Layers are no lists of names');
    return { ...entry, Config, RepoTags: tags, Layers: layers };
  });
}

/** True for two ways to write one name: Docker's own leaves out docker.io, skopeo writes it. */
export function sameImageName(a: string, b: string): boolean {
  const [one, other] = [asTaggedName(a), asTaggedName(b)];
  return a === b || (one !== undefined && other !== undefined && fullImageName(one) === fullImageName(other));
}

/** The images of an archive with new ones: a name is one image's, so those that lose their last name are left out. */
export function withLegacyEntries(
  present: readonly LegacyEntry[],
  added: readonly LegacyEntry[],
): readonly LegacyEntry[] {
  const taken = added.flatMap(({ RepoTags }) => RepoTags);
  const kept = present.flatMap((entry) => {
    const tags = entry.RepoTags.filter((tag) => !taken.some((other) => sameImageName(tag, other)));
    return tags.length === 0 && entry.RepoTags.length > 0 ? [] : [{ ...entry, RepoTags: tags }];
  });
  const same = (a: LegacyEntry, b: LegacyEntry): boolean => JSON.stringify(a) === JSON.stringify(b);
  return [...kept.filter((entry) => !added.some((other) => same(entry, other))), ...added];
}

function malformed(what: string, reason: string, cause?: unknown): S6tsError {
  return new S6tsError('archive-malformed', `the ${MANIFEST_FILE} of ${what} is not valid: ${reason}`, {
    what,
    cause,
  });
}
