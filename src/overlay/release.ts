import { availableParallelism } from 'node:os';
import { lanes } from '../base/lanes.js';
import { mapParallel } from '../base/parallel.js';
import type { Architecture } from './architecture.js';
import { CHECKSUMS, formatChecksums } from './checksums.js';
import type { Compression } from './compress.js';
import { layout } from './layout.js';
import type { Lock } from './lock.js';
import { tarballName, type PartName } from './meta.js';
import { copyrightText, lgpl, ownNotices } from './notices.js';
import { pack } from './pack.js';
import type { PackedCache } from './packed-cache.js';
import { provenance, type Origin } from './provenance.js';
import { provenanceName, PUBLIC_KEY, sbomName } from './release-names.js';
import type { Runtime } from './runtime-files.js';
import { sbom } from './sbom.js';
import { publicKeyOf } from './signature/sign.js';
import { signatureOf, warnOfExpiry, type SignatureMaker } from './signature/signer.js';
import { NO_PROGRAMS, type SkawareSource, type SourceContext } from './source/source.js';
import { syslogTree } from './syslog.js';
import type { OverlayTree } from './tree.js';
import { writeRelease, type ReleaseFile } from './write-release.js';

export interface OverlayOptions {
  readonly lock: Lock;
  readonly source: SkawareSource;
  readonly runtimeOf: (architecture: Architecture) => Promise<Runtime>;
  readonly version: string;
  /** The date of every file, and of the signatures. */
  readonly date: Date;
  readonly compression: Compression;
  /** Where packed tarballs are kept; undefined: nothing is taken from there. */
  readonly packed?: PackedCache | undefined;
  readonly context: SourceContext;
}

export interface ReleaseOptions extends OverlayOptions {
  readonly architectures: readonly Architecture[];
  readonly folder: string;
  /** How to name another folder, for the hint of an error: `choose another folder with --out DIR`. */
  readonly elsewhere: string;
  /** Undefined: unsigned. */
  readonly key: SignatureMaker | undefined;
  readonly clock: () => Date;
  /** The files under TARGETARCH's names are copies, not links. */
  readonly copies: boolean;
}

/** A tarball of a release, and all that it is made of. */
export type Built = Origin & { readonly tarball: ReleaseFile };

/** The overlay's tarball: the pipeline from the packages to the bytes. @throws S6tsError of each stage. */
export async function buildOverlay(architecture: Architecture, options: OverlayOptions): Promise<Built> {
  const { lock, source, runtimeOf, version, date, compression, context } = options;
  const runtime = await runtimeOf(architecture);
  const programs = await source.programs(architecture, lock, context);
  const recipe = { compression, source: programs.source };
  const copyright = copyrightText([...(await ownNotices()), await lgpl()], programs.notices);
  const base = { architecture, version, date, recipe };
  const { tree: skaware, packages } = programs;
  const tree = layout({ ...base, programs: skaware, packages, runtime, copyright });
  const tarball = await tarballOf('s6-overlay', architecture, tree, options);
  return { ...base, part: 's6-overlay', tarball, tree, programs, binaries: runtime.binaries };
}

/** The syslog add-on's tarball. @throws S6tsError of each stage. */
export async function buildSyslog(architecture: Architecture, options: OverlayOptions): Promise<Built> {
  const { runtimeOf, version, date, compression } = options;
  const { syslogd } = await runtimeOf(architecture);
  const base = { architecture, version, date, recipe: { compression, source: NO_PROGRAMS.source } };
  const tree = await syslogTree({
    ...base,
    syslogd,
    copyright: copyrightText(await ownNotices(), new Map()),
  });
  const tarball = await tarballOf('s6-overlay-syslog', architecture, tree, options);
  return { ...base, part: 's6-overlay-syslog', tarball, tree, programs: NO_PROGRAMS, binaries: { syslogd } };
}

async function tarballOf(
  part: PartName,
  architecture: Architecture,
  tree: OverlayTree,
  { date, compression, packed, context }: OverlayOptions,
): Promise<ReleaseFile> {
  const name = tarballName(architecture, part);
  context.progress.stage(`pack ${name}`);
  const bytes = await pack(tree, { date, compression, cache: packed, signal: context.signal });
  context.signal?.throwIfAborted();
  return { name, bytes };
}

/** The tarball, its bill of materials, and what it was built from. */
function filesOf(built: Built): ReleaseFile[] {
  const { tarball } = built;
  return [
    tarball,
    { name: sbomName(tarball.name), bytes: Buffer.from(sbom(built)) },
    { name: provenanceName(tarball.name), bytes: Buffer.from(provenance(built)) },
  ];
}

/**
 * Builds, signs and writes a release into a folder, all of it or nothing.
 * @throws S6tsError of each stage; `file-error` when the folder can't be written or the disk is full.
 */
export async function buildRelease(options: ReleaseOptions): Promise<ReleaseFile[]> {
  const { architectures, folder, elsewhere, key, context } = options;
  const files = await sideBySide(architectures, options, async (architecture, within) => {
    const own = { ...options, context: within };
    const built = await Promise.all([buildOverlay(architecture, own), buildSyslog(architecture, own)]);
    // Nothing but the files is kept: the trees hold the packages that they were cut out of, some 30 MB each.
    return built.flatMap(filesOf);
  });
  if (key !== undefined) {
    context.progress.stage(`sign as ${key.signer.userId}`);
    warnOfExpiry(key, options.clock(), context.progress);
  }
  const signed = key === undefined ? [] : [publicKey(key), ...(await signatures(files, key, options))];
  context.signal?.throwIfAborted();
  const aliases = aliasesOf([...signed, ...files], architectures, options.copies);
  return writeRelease([...signed, ...files, ...aliases], {
    folder,
    elsewhere,
    seal: async (sums) => {
      const checksums = { name: CHECKSUMS, bytes: Buffer.from(formatChecksums(sums)) };
      return key === undefined ? [checksums] : [...(await signatures([checksums], key, options)), checksums];
    },
  });
}

/** Builds for all architectures; each one's own stages are told only where it is the only one. */
async function sideBySide<T>(
  architectures: readonly Architecture[],
  { context: { progress, signal } }: Pick<OverlayOptions, 'context'>,
  build: (architecture: Architecture, context: SourceContext) => Promise<T[]>,
): Promise<T[]> {
  const [only, ...others] = architectures;
  if (only !== undefined && others.length === 0)
    return build(only, signal === undefined ? { progress } : { progress, signal });
  progress.stage(`build for ${architectures.map(({ seed }) => seed).join(' ')}`);
  const lane = lanes(progress);
  const built = await mapParallel(
    architectures,
    // Each takes some 60 MB, and packing, which is most of the work, a processor.
    availableParallelism(),
    async (architecture, within) => {
      const files = await build(architecture, { progress: lane(architecture.seed), signal: within });
      progress.note(`${architecture.seed} is packed`);
      return files;
    },
    signal,
  );
  return built.flat();
}

/** The files under the name that Docker's TARGETARCH has for their architecture, where that is another one. */
function aliasesOf(
  files: readonly ReleaseFile[],
  architectures: readonly Architecture[],
  copies: boolean,
): ReleaseFile[] {
  return architectures.flatMap(({ seed, oci }) => {
    const ours = `-${seed}.`;
    return oci.architecture === seed
      ? []
      : files
          .filter(({ name }) => name.includes(ours))
          .map(({ name, bytes }) => {
            const alias = name.replace(ours, `-${oci.architecture}.`);
            return copies ? { name: alias, bytes } : { name: alias, bytes, linkTo: name };
          });
  });
}

function publicKey(key: SignatureMaker): ReleaseFile {
  return { name: PUBLIC_KEY, bytes: Buffer.from(publicKeyOf(key)) };
}

async function signatures(
  files: readonly ReleaseFile[],
  key: SignatureMaker,
  { date, clock }: ReleaseOptions,
): Promise<ReleaseFile[]> {
  const made: ReleaseFile[] = [];
  for (const { name, bytes } of files) {
    made.push({ name: `${name}.sig`, bytes: await signatureOf(key, bytes, { date, clock }) });
  }
  return made;
}
