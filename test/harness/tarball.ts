import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Header, Parser, type ReadEntry } from 'tar';

/** An entry of a root: a text stands for a file, 0755 where it begins with `#!`, else 0644. */
export type FileSpec =
  | string
  | Uint8Array
  | {
      readonly text: string | Uint8Array;
      readonly mode?: number;
      readonly uid?: number;
      readonly gid?: number;
    }
  | { readonly link: string }
  | { readonly folder: number; readonly uid?: number; readonly gid?: number };

/** Absolute path → entry. */
export type Files = Readonly<Record<string, FileSpec>>;

const BLOCK = 512;

/** An uncompressed tar of these entries, in the order given; owner root, mtime 0. */
export function tarOf(files: Files): Buffer {
  const parts = Object.entries(files).flatMap(([path, spec]) => entry(path.replace(/^\/+/, ''), spec));
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/** The same with an entry for each parent folder that is not among `present`. */
export function withParents(files: Files, present: ReadonlySet<string>): Files {
  const all: Record<string, FileSpec> = {};
  const parents = (path: string): string[] => {
    const parent = dirname(path);
    return parent === '/' ? [] : [...parents(parent), parent];
  };
  for (const [path, spec] of Object.entries(files)) {
    for (const parent of parents(path)) {
      if (!present.has(parent)) all[parent] ??= files[parent] ?? { folder: 0o755 };
    }
    all[path] = spec;
  }
  return all;
}

function entry(path: string, spec: FileSpec): Buffer[] {
  if (typeof spec === 'string' || spec instanceof Uint8Array) {
    const bytes = Buffer.from(spec);
    return entry(path, { text: bytes, mode: bytes.subarray(0, 2).toString() === '#!' ? 0o755 : 0o644 });
  }
  if ('link' in spec)
    return [header({ path, type: 'SymbolicLink', linkpath: spec.link, mode: 0o777, size: 0 })];
  const owner = { uid: spec.uid ?? 0, gid: spec.gid ?? 0 };
  if ('folder' in spec) {
    return [header({ path: `${path}/`, type: 'Directory', mode: spec.folder, size: 0, ...owner })];
  }
  const bytes = Buffer.from(spec.text as Uint8Array);
  const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
  return [
    header({ path, type: 'File', mode: spec.mode ?? 0o644, size: bytes.length, ...owner }),
    bytes,
    padding,
  ];
}

function header(data: ConstructorParameters<typeof Header>[0]): Buffer {
  const block = Buffer.alloc(BLOCK);
  const made = new Header({ uid: 0, gid: 0, mtime: new Date(0), ...(data as object) });
  if (made.encode(block, 0)) throw new Error(`does not fit a ustar header: ${String(made.path)}`);
  return block;
}

/** What a tar says about an entry. */
export interface Listed {
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly link: string;
  readonly bytes: Buffer;
}

/** The entries of a tar stream (gzip or not): name without `./` and final slash → entry. */
export async function listTar(source: NodeJS.ReadableStream | Uint8Array): Promise<Map<string, Listed>> {
  const found = new Map<string, Listed>();
  const parser = new Parser({
    onReadEntry: (item: ReadEntry) => {
      const chunks: Buffer[] = [];
      item.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
      item.on('end', () =>
        found.set(item.path.replace(/^\.\//, '').replace(/\/$/, ''), {
          type: item.type,
          mode: item.mode ?? 0,
          uid: item.uid ?? -1,
          gid: item.gid ?? -1,
          link: item.linkpath ?? '',
          bytes: Buffer.concat(chunks),
        }),
      );
    },
  });
  const done = new Promise<void>((resolve, reject) => {
    parser.on('end', () => resolve());
    parser.on('error', reject);
  });
  const stream = source instanceof Uint8Array ? Readable.from([source]) : source;
  stream.on('data', (chunk: Buffer) => parser.write(chunk));
  await finished(stream);
  parser.end();
  await done;
  return found;
}
