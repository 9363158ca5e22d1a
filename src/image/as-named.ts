import { formatReference, type Reference } from './reference.js';
import type { StoredImage, StoredIndex } from './store.js';

/**
 * The reference with the name that the image has. `docker` takes the beginning of an id for a name, too: such an image has
 * no name to derive another from.
 */
export function asNamed(reference: Reference, stored: StoredImage | StoredIndex): Reference {
  if (reference.kind === 'file' && reference.image === undefined && stored.name !== undefined)
    return { ...reference, image: stored.name };
  if (reference.kind !== 'name' || stored.kind !== 'image') return reference;
  const text = formatReference(reference);
  const isId = stored.id.replace('sha256:', '').startsWith(text.replace('sha256:', ''));
  return isId && !stored.names.some((name) => name.startsWith(`${text}:`))
    ? { transport: reference.transport, kind: 'id', id: stored.id }
    : reference;
}
