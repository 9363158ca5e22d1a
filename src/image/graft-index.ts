import { digestOf, isDigest, type Digest } from '../base/digest.js';
import type { IndexEntry } from './blob/descriptor.js';
import { isJsonObject, rawAt, removeAt, setAt, valueAt } from './config.js';
import type { Image } from './image.js';
import { isAttestation } from './platforms.js';
import type { StoredIndex } from './store.js';

/** The annotation that names the index as it was. */
const ORIGINAL_INDEX = 's6ts.original.index';

/**
 * An index with new images in their old places. Pure, as text: platforms, annotations and unknown keys stay. Entries that
 * have no new image are left out; `dropped` is how many of those were attestations, whose subjects are gone.
 */
export function graftIndex(
  index: StoredIndex,
  made: readonly { readonly entry: IndexEntry; readonly image: Image }[],
): { readonly text: string; readonly dropped: number } {
  let text = index.text;
  let dropped = 0;
  // From the end, so that positions before it stay what they are.
  for (const [position, entry] of [...index.entries.entries()].reverse()) {
    const manifest = made.find(({ entry: old }) => old === entry)?.image.manifest;
    if (manifest === undefined) {
      text = removeAt(text, ['manifests', position]);
      if (isAttestation(entry)) dropped += 1;
      continue;
    }
    text = withManifest(text, position, manifest.text);
  }
  return { text: withOriginal(text, index.id), dropped };
}

/** The digest of the index as it was, where one of ours says so. */
export function originalIndexOf(text: string): Digest | undefined {
  const id = valueAt(text, ['annotations', ORIGINAL_INDEX]);
  return typeof id === 'string' && isDigest(id) ? id : undefined;
}

/**
 * The same undone, with the images as they were: the very bytes of `original` where nothing had been left out and nobody
 * has changed the index since.
 */
export function ungraftIndex(
  index: StoredIndex,
  restored: readonly { readonly entry: IndexEntry; readonly image: Image }[],
  original: Digest | undefined,
): string {
  const text = [...index.entries.entries()].reduce((done, [position, entry]) => {
    const manifest = restored.find(({ entry: old }) => old === entry)?.image.manifest;
    return manifest === undefined ? done : withManifest(done, position, manifest.text);
  }, index.text);
  if (original === undefined) return text;
  const plain = removeAt(text, ['annotations', ORIGINAL_INDEX]);
  const left = valueAt(plain, ['annotations']);
  if (typeof left !== 'object' || left === null || Object.keys(left).length > 0) return plain;
  // Nothing says whether there were empty annotations before; the digest does.
  const candidates = [removeAt(plain, ['annotations']), plain, setAt(plain, ['annotations'], 'null')];
  return candidates.find((candidate) => digestOf(candidate) === original) ?? candidates[0] ?? plain;
}

function withManifest(text: string, position: number, manifest: string): string {
  const withDigest = setAt(text, ['manifests', position, 'digest'], JSON.stringify(digestOf(manifest)));
  return setAt(withDigest, ['manifests', position, 'size'], String(Buffer.byteLength(manifest)));
}

/** Once noted it stays: an upgrade must not take the upgraded index for the original. Docker's lists take no notes. */
function withOriginal(text: string, id: string): string {
  if (rawAt(text, ['mediaType'])?.includes('vnd.docker.') === true) return text;
  if (valueAt(text, ['annotations', ORIGINAL_INDEX]) !== undefined) return text;
  const known = isJsonObject(rawAt(text, ['annotations']) ?? '') ? text : setAt(text, ['annotations'], '{}');
  return setAt(known, ['annotations', ORIGINAL_INDEX], JSON.stringify(id));
}
