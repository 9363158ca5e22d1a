import { writeFileAtomic } from '../../../base/atomic-file.js';
import { readCached } from '../../../base/cached-file.js';
import { isObject } from '../../../base/json-object.js';
import type { FolderAttributes, ImageNode } from '../../image.js';
import type { StoredTree } from '../../store.js';

/** Changed when the form of the cache does: an older file is then read as none. */
const FORM = 2;

interface Facts {
  readonly lstat: Record<string, ImageNode | null>;
  readonly folder: Record<
    string,
    Omit<FolderAttributes, 'xattrs'> & { readonly xattrs: Record<string, string> }
  >;
  readonly list: Record<string, readonly string[]>;
  /** Base64. */
  readonly read: Record<string, string | null>;
}

/**
 * A tree whose answers are kept in `file`: an image's id stands for its files, so they never change. The tree itself
 * is opened at the first question that the file doesn't answer. A file that can't be read or written is done without.
 */
export async function cachedTree(file: string, open: () => Promise<StoredTree>): Promise<StoredTree> {
  const facts = await readFacts(file);
  let tree: Promise<StoredTree> | undefined;
  const opened = (): Promise<StoredTree> => (tree ??= open());
  return {
    async lstat(path) {
      const known = own(facts.lstat, path);
      if (known !== undefined) return known ?? undefined;
      const node = await (await opened()).lstat(path);
      facts.lstat[path] = node ?? null;
      return node;
    },
    async folder(path) {
      const known = own(facts.folder, path);
      if (known !== undefined) return { ...known, xattrs: fromText(known.xattrs) };
      const attributes = await (await opened()).folder(path);
      facts.folder[path] = { ...attributes, xattrs: toText(attributes.xattrs) };
      return attributes;
    },
    async list(path) {
      const known = own(facts.list, path);
      if (known !== undefined) return known;
      const names = await (await opened()).list(path);
      facts.list[path] = names;
      return names;
    },
    async read(path, maxBytes) {
      const known = own(facts.read, path);
      if (known !== undefined) return known === null ? undefined : Buffer.from(known, 'base64');
      const bytes = await (await opened()).read(path, maxBytes);
      facts.read[path] = bytes === undefined ? null : Buffer.from(bytes).toString('base64');
      return bytes;
    },
    async close() {
      // One that never opened holds nothing.
      const held = await tree?.catch(() => undefined);
      if (held === undefined) return;
      await held.close();
      await writeFileAtomic(file, JSON.stringify({ form: FORM, ...facts })).catch(() => undefined);
    },
  };
}

async function readFacts(file: string): Promise<Facts> {
  const nothing: Facts = { lstat: {}, folder: {}, list: {}, read: {} };
  try {
    const facts: unknown = JSON.parse((await readCached(file)).toString());
    return isObject(facts) && facts['form'] === FORM ? { ...nothing, ...(facts as object) } : nothing;
  } catch {
    // A cache: whatever is wrong with it, the engine knows better.
    return nothing;
  }
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function toText(xattrs: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries(
    [...xattrs].map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  );
}

function fromText(xattrs: Readonly<Record<string, string>>): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(xattrs).map(([name, value]) => [name, Buffer.from(value, 'base64')]));
}
