import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readAtMost } from '../../../base/bounded-read.js';
import { errnoOf, S6tsError } from '../../../base/error.js';
import { fetchBytes, type FetchOptions } from '../../../base/fetch.js';

/** Where the files of a skaware release lie. */
export interface Location {
  /** The folder or URL, for messages. */
  readonly name: string;
  /** A file of it. @throws S6tsError `file-…` or `fetch-…` naming the file. */
  read(file: string, options: ReadOptions): Promise<Uint8Array>;
}

export interface ReadOptions extends FetchOptions {
  readonly maxBytes: number;
}

const HINT = 'SKAWARE_SOURCE is file:///FOLDER or an http(s) URL of a folder that holds manifest-linux.txt';

/** Reads `file:///FOLDER`, a plain path, or an http(s) URL. @throws S6tsError `skaware-source`. */
export function openLocation(source: string): Location {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(source)) return folder(resolve(source));
  const url = URL.canParse(source) ? new URL(source) : undefined;
  switch (url?.protocol) {
    case 'file:':
      return folder(folderOf(url, source));
    case 'http:':
    case 'https:':
      return site(url);
    default:
      throw refused(source, `${source} is neither a file nor an http(s) URL`);
  }
}

function folder(path: string): Location {
  return {
    name: path,
    async read(file, { maxBytes, onBytes }) {
      const bytes = await readAtMost(join(path, file), maxBytes).catch(async (error: unknown) => {
        throw (await isAbsent(path)) ? refused(path, `there is no folder ${path}`) : error;
      });
      onBytes?.(bytes.length, bytes.length);
      return bytes;
    },
  };
}

async function isAbsent(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: unknown) => errnoOf(error) === 'ENOENT',
  );
}

function folderOf(url: URL, source: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw refused(source, `${source} is no path of this machine`);
  }
}

function site(url: URL): Location {
  if (url.username !== '' || url.password !== '') {
    // Not the URL itself: messages end in logs.
    throw refused(url.host, `the URL holds a name or password for ${url.host}: none is sent`);
  }
  if (url.search !== '' || url.hash !== '') throw refused(url.href, `${url.href} has a ? or # part`);
  const base = url.href.replace(/\/+$/, '');
  return { name: base, read: (file, options) => fetchBytes(`${base}/${encodeURIComponent(file)}`, options) };
}

function refused(what: string, why: string): S6tsError {
  return new S6tsError('skaware-source', why, { what, hint: HINT });
}
