import { digestOf } from '../../base/digest.js';
import type { ImageStore } from '../store.js';

/** A store that is only read: a write says what the image would be, and stores nothing. */
export function dryRun(store: ImageStore): ImageStore {
  return {
    read: (reference) => store.read(reference),
    member: (index, entry) => store.member(index, entry),
    find: (id) => store.find(id),
    tree: (stored) => store.tree(stored),
    ...(store.isSigned === undefined
      ? {}
      : { isSigned: (id: string) => store.isSigned?.(id) ?? Promise.resolve(false) }),
    breadth: () => store.breadth(),
    write: (_, content) => {
      const text =
        content.kind === 'index' ? content.text : (content.image.manifest?.text ?? content.image.config);
      return Promise.resolve({ id: digestOf(text), via: 'dry-run' });
    },
    close: () => store.close(),
  };
}
