import { S6tsError } from '../../../base/error.js';
import { tarEntry, tarHeader, TAR_END } from '../../tar-writer.js';

/** A file of an archive, and a way to read it as often as needed. */
export interface ArchiveMember {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** An archive's content, in memory but for the large files. */
export interface Layout {
  /** Path → text: oci-layout, index.json, manifest.json. */
  readonly files: ReadonlyMap<string, string>;
  /** Each once, sorted by path. */
  readonly members: readonly ArchiveMember[];
}

const OWNED = { mode: 0o644, uid: 0, gid: 0, mtime: 0 } as const;

/**
 * A layout as one tar: what says what is in it first, so that a reader knows what comes; no blob is ever whole in
 * memory. @throws S6tsError `image-invalid` where a file has another size than promised
 */
export async function* archiveStream({ files, members }: Layout): AsyncGenerator<Uint8Array> {
  for (const [path, text] of files) {
    yield* tarEntry({ ...OWNED, path, type: 'File', content: [Buffer.from(text)] });
  }
  for (const path of ['blobs/', 'blobs/sha256/']) {
    yield* tarEntry({ ...OWNED, path, type: 'Directory', mode: 0o755 });
  }
  for (const member of members) yield* memberEntry(member);
  yield TAR_END;
}

async function* memberEntry({ path, size, open }: ArchiveMember): AsyncGenerator<Uint8Array> {
  const { header, padding } = tarHeader({ ...OWNED, path, type: 'File' }, size);
  yield* header;
  let done = 0;
  for await (const chunk of open()) {
    done += chunk.length;
    yield chunk;
  }
  if (done !== size) {
    throw new S6tsError(
      'image-invalid',
      `${path} has ${done} bytes where ${size} were promised: did its file change meanwhile?`,
      { what: path },
    );
  }
  if (padding.length > 0) yield padding;
}
