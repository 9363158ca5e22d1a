import type { ReadableTree } from '../laid-over.js';
import { resolvePath } from '../symlinks.js';
import type { LintRoot } from './rule.js';

/** /etc/passwd of a big site. */
const MAX_ACCOUNTS_BYTES = 2 ** 24;

const ACCOUNTS = { user: 'etc/passwd', group: 'etc/group' } as const;

/** What rules ask, answered by an image's file system; `path` is the image's PATH. */
export function imageRoot(tree: ReadableTree, path?: string): LintRoot {
  const known = new Map<string, Promise<ReadonlySet<string>>>();
  async function namesIn(path: string): Promise<ReadonlySet<string>> {
    const file = await resolvePath(tree, path);
    const isFile = file.kind === 'found' && file.node === 'other';
    const bytes = isFile ? await tree.read(file.path, MAX_ACCOUNTS_BYTES) : undefined;
    const lines = Buffer.from(bytes ?? [])
      .toString()
      .split('\n');
    return new Set(lines.map((line) => line.split(':')[0] ?? ''));
  }
  return {
    ...(path === undefined ? {} : { path }),
    async isFile(path) {
      const found = await resolvePath(tree, path);
      return found.kind === 'found' && found.node === 'other';
    },
    async hasAccount(kind, name) {
      const path = ACCOUNTS[kind];
      const names = known.get(path) ?? namesIn(path);
      known.set(path, names);
      return (await names).has(name);
    },
  };
}
