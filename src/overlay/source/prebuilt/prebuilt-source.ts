import { sha256Hex } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import type { FetchOptions } from '../../../base/fetch.js';
import type { Architecture } from '../../architecture.js';
import type { LockedPackage } from '../../lock.js';
import type { SkawareSource, SourceContext } from '../source.js';
import { readArchive } from './archive-members.js';
import { openLocation, type Location } from './location.js';
import { archiveName, MANIFEST, parseManifest, type ManifestPackage } from './manifest.js';
import { placePrograms, type Found } from './place-programs.js';

/** The file with a package's terms, under the names that skaware and others give it. */
const NOTICE = /(?:^|\/)(?:COPYING|LICEN[CS]E|copyright)$/;
const MAX_MANIFEST_BYTES = 64 * 1024;
const MAX_ARCHIVE_BYTES = 64 * 1024 * 1024;

export interface PrebuiltOptions {
  /** SKAWARE_SOURCE: `file:///FOLDER`, a path, or an http(s) URL. */
  readonly source: string;
  /** The names that the runtime of an architecture answers to. */
  readonly ours: (architecture: Architecture) => Promise<ReadonlySet<string>>;
  /** For tests: how fetching retries. */
  readonly fetch?: FetchOptions;
}

/**
 * The skaware programs of a release made with the seed's builder: static, so without a loader of our own. Nothing
 * signed vouches for them, which is said.
 * @throws S6tsError `skaware-source` for a place that can't be one; the rest when it is asked for programs:
 * `skaware-manifest`, `skaware-archive`, `skaware-entry`, `skaware-incomplete`, `gzip-…`, `tar-…`, `fetch-…`.
 */
export function prebuiltSource({ source, ours, fetch = {} }: PrebuiltOptions): SkawareSource {
  const location = openLocation(source);
  let manifest: Promise<ManifestPackage[]> | undefined;
  return {
    async programs(architecture, _lock, context) {
      manifest ??= readManifest(location, context, fetch);
      const packages: LockedPackage[] = [];
      const found = new Map<string, Found>();
      const notices = new Map<string, string>();
      for (const each of await manifest) {
        const path = archiveName(each, architecture.seed);
        context.progress.stage(`read ${path}`);
        const bytes = await archiveOf(location, path, each, context, fetch);
        packages.push({ ...each, path, size: bytes.length, sha256: sha256Hex(bytes), vouchedBy: null });
        for (const [name, member] of await readArchive(bytes, `${location.name}/${path}`)) {
          const other = found.get(name);
          if (other !== undefined) throw twice(name, other.archive, path);
          found.set(name, { member, archive: path });
          if (NOTICE.test(name) && member.kind === 'file') {
            notices.set(each.name, Buffer.from(member.bytes).toString('utf8'));
          }
        }
      }
      const { tree, archives } = placePrograms(found, architecture, await ours(architecture));
      const nameOf = new Map(packages.map(({ path, name }) => [path, name]));
      const origins = new Map([...archives].map(([place, path]) => [place, nameOf.get(path) ?? path]));
      return { tree, packages, notices, origins, source: { kind: 'prebuilt' } };
    },
  };
}

async function readManifest(
  location: Location,
  context: SourceContext,
  fetch: FetchOptions,
): Promise<ManifestPackage[]> {
  context.progress.warn(`the programs come from ${location.name} as they are: no signature vouches for them`);
  context.progress.stage(`read ${MANIFEST}`);
  const options = { ...fetch, ...signalOf(context), maxBytes: MAX_MANIFEST_BYTES };
  const bytes = await location.read(MANIFEST, options).catch((error: unknown) => {
    throw missing(error, `${location.name} is no skaware release: it has no ${MANIFEST}`);
  });
  return parseManifest(Buffer.from(bytes).toString('utf8'), `${location.name}/${MANIFEST}`);
}

function archiveOf(
  location: Location,
  path: string,
  { name }: ManifestPackage,
  context: SourceContext,
  fetch: FetchOptions,
): Promise<Uint8Array> {
  return location
    .read(path, {
      ...fetch,
      ...signalOf(context),
      maxBytes: MAX_ARCHIVE_BYTES,
      onBytes: (done, total) => context.progress.bytes(done, total),
    })
    .catch((error: unknown) => {
      throw missing(error, `${MANIFEST} names ${name}, but ${location.name} has no ${path}`);
    });
}

function signalOf({ signal }: SourceContext): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** A file that isn't there, worded by what it is for; any other failure as it is. */
function missing(error: unknown, message: string): unknown {
  if (!(error instanceof S6tsError) || !['file-missing', 'fetch-missing'].includes(error.code)) return error;
  return new S6tsError('skaware-archive', message, {
    ...(error.what === undefined ? {} : { what: error.what }),
    hint: 'leave out an architecture that the release has no programs for, or name another with SKAWARE_SOURCE',
    cause: error,
  });
}

function twice(path: string, one: string, other: string): S6tsError {
  return new S6tsError('skaware-entry', `${one} and ${other} both hold ${path}`, {
    what: path,
    hint: 'which of the two is meant? leave one out of the manifest',
  });
}
