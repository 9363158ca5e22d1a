import { readFile } from 'node:fs/promises';
import { sha256Hex } from '../base/digest.js';
import { fileError, S6tsError } from '../base/error.js';
import { packageVersion } from '../base/package-root.js';
import { cacheFolder } from '../base/user-folders.js';
import { fromTar } from './archive.js';
import { parseArchitecture, type Architecture } from './architecture.js';
import { prebuilt } from './build-release.js';
import { skawareSourceOf } from './release-inputs.js';
import { firstDifference, type Difference } from './first-difference.js';
import { gunzip } from './gzip.js';
import { parseLock, type Lock } from './lock.js';
import { META_OF, PARTS, parseMeta, type OverlayMeta, type Recipe } from './meta.js';
import { buildOverlay, buildSyslog, type OverlayOptions } from './release.js';
import { readRuntime } from './runtime-files.js';
import { debianSource } from './source/debian/debian-source.js';
import { mirrorOf } from './source/debian/packages-options.js';
import type { SkawareSource, SourceContext } from './source/source.js';
import type { OverlayTree } from './tree.js';

export interface RebuildRequest {
  readonly file: string;
  readonly mirror?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
  readonly context: SourceContext;
}

/** What came of it: the same bytes, or where they part. */
export interface Rebuilt {
  readonly file: string;
  readonly version: string;
  readonly architecture: string;
  readonly sha256: string;
  /** Of what was built just now. */
  readonly rebuiltSha256: string;
  readonly same: boolean;
  readonly difference?: Difference;
}

/**
 * Builds a tarball again from what it says of itself (version, date, packages by hash, options), with nothing taken
 * from the cache but packages, which are checked by their hashes, and compares.
 * @throws S6tsError `rebuild-version` where another version of s6ts made it; `overlay-foreign`, `lock-malformed` where
 * it doesn't say enough; those of building
 */
export async function rebuild(request: RebuildRequest): Promise<Rebuilt> {
  const { file } = request;
  const given = await readFile(file).catch((error: unknown) => {
    throw fileError('read', file, error);
  });
  const tar = gunzip(given, file);
  const tree = await fromTar(tar, file);
  const meta = metaIn(tree, file);
  await assertOurVersion(meta, file);
  const built = await again(meta, request);
  const [sha256, rebuiltSha256] = [sha256Hex(given), sha256Hex(built.tarball.bytes)];
  const { version, architecture } = meta;
  const report = { file, version, architecture, sha256, rebuiltSha256, same: sha256 === rebuiltSha256 };
  if (report.same) return report;
  const own = gunzip(built.tarball.bytes, 'the rebuilt tarball');
  return { ...report, difference: firstDifference(tree, built.tree) ?? aroundTheEntries(tar, own) };
}

function metaIn(tree: OverlayTree, file: string): OverlayMeta & { readonly recipe: Recipe } {
  for (const part of PARTS) {
    const entry = tree.get(META_OF[part]);
    if (entry?.kind !== 'file') continue;
    const what = `${file} (${META_OF[part]})`;
    const meta = parseMeta(Buffer.from(entry.bytes).toString('utf8'), what, part);
    if (meta.recipe !== undefined) return { ...meta, recipe: meta.recipe };
  }
  throw new S6tsError('overlay-foreign', `${file} does not say how it was built`, {
    what: file,
    hint: 'give a tarball that s6ts build-release made',
  });
}

async function assertOurVersion({ version }: OverlayMeta, file: string): Promise<void> {
  const own = await packageVersion();
  if (version === own) return;
  throw new S6tsError('rebuild-version', `${file} was made by s6ts ${version}, and this is ${own}`, {
    what: file,
    hint: `rebuild it with that one: npx s6ts@${version} verify --rebuild FILE`,
  });
}

async function again(
  meta: OverlayMeta & { readonly recipe: Recipe },
  request: RebuildRequest,
): ReturnType<typeof buildOverlay> {
  const architecture = parseArchitecture(meta.architecture);
  const options: OverlayOptions = {
    lock: lockOf(meta, architecture, request.file),
    source: sourceOf(meta.recipe, request),
    runtimeOf: readRuntime,
    version: meta.version,
    date: new Date(meta.date),
    compression: meta.recipe.compression,
    context: request.context,
  };
  return meta.name === 's6-overlay'
    ? buildOverlay(architecture, options)
    : buildSyslog(architecture, options);
}

/** The lock that the tarball carries: its own packages and nothing else. */
function lockOf(
  { recipe, packages, date }: OverlayMeta & { recipe: Recipe },
  { seed }: Architecture,
  what: string,
): Lock {
  const { source } = recipe;
  const from = source.kind === 'debian' ? source : { suite: '-', component: '-', roots: [], without: [] };
  const { suite, component, roots, without } = from;
  const architectures = { [seed]: source.kind === 'debian' ? packages : [] };
  return parseLock({ schema: 1, suite, component, roots, without, date, architectures }, what);
}

function sourceOf({ source }: Recipe, { mirror, env, now, file }: RebuildRequest): SkawareSource {
  if (source.kind !== 'prebuilt')
    return debianSource({ mirror: mirrorOf(mirror, env), cache: cacheFolder(env), now, frozen: true });
  const place = skawareSourceOf(env);
  if (place !== undefined) return prebuilt(place);
  throw new S6tsError('skaware-source', `${file} was built from prebuilt skaware programs`, {
    what: file,
    hint: 'name the same ones with SKAWARE_SOURCE',
  });
}

/** The entries are alike: then it is the archive's headers (owner, date, order), or how it was packed. */
function aroundTheEntries(given: Uint8Array, rebuilt: Uint8Array): Difference {
  const at = given.findIndex((byte, index) => byte !== rebuilt[index]);
  if (at < 0 && given.length === rebuilt.length)
    return { entry: '(gzip)', how: 'every entry is the same, but it was packed in another way' };
  const from = at < 0 ? rebuilt.length : at;
  // The header that the byte stands in, or belongs to, begins at a block; its name is the first field.
  const block = from - (from % 512);
  const name =
    Buffer.from(given.subarray(block, block + 100))
      .toString('latin1')
      .split('\0')[0] ?? '';
  return {
    entry: name === '' ? '(end)' : name,
    how: `its header differs (owner, date, order) at byte ${from} of the tar`,
  };
}
