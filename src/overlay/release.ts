import type { Architecture } from './architecture.js';
import { toTar } from './archive.js';
import { formatChecksums } from './checksums.js';
import { gzip } from './gzip.js';
import { layout } from './layout.js';
import type { Lock } from './lock.js';
import type { Runtime } from './runtime-files.js';
import { publicKeyOf, signDetached } from './signature/sign.js';
import type { SigningKey } from './signature/signing-key.js';
import type { SkawareSource, SourceContext } from './source/source.js';
import { writeRelease, type ReleaseFile } from './write-release.js';

/** The tarball of an architecture. */
export function tarballName(architecture: Architecture): string {
  return `s6-overlay-${architecture.seed}.tar.gz`;
}

/** The file with the checksums of all tarballs. */
export const CHECKSUMS = 'SHA256SUMS';
const PUBLIC_KEY = 's6-overlay-key.asc';

export interface OverlayOptions {
  readonly lock: Lock;
  readonly source: SkawareSource;
  readonly runtimeOf: (architecture: Architecture) => Promise<Runtime>;
  readonly version: string;
  /** The date of every file, and of the signatures. */
  readonly date: Date;
  readonly context: SourceContext;
}

export interface ReleaseOptions extends OverlayOptions {
  readonly architectures: readonly Architecture[];
  readonly folder: string;
  /** How to name another folder, for the hint of an error: `choose another folder with --out DIR`. */
  readonly elsewhere: string;
  /** Undefined: unsigned. */
  readonly key: SigningKey | undefined;
}

/** The tarball of one architecture: the pipeline from the packages to the bytes. */
export async function buildOverlay(architecture: Architecture, options: OverlayOptions): Promise<Uint8Array> {
  const { lock, source, runtimeOf, version, date, context } = options;
  const runtime = await runtimeOf(architecture);
  const { tree: programs, packages } = await source.programs(architecture, lock, context);
  context.progress.stage(`pack ${tarballName(architecture)}`);
  const tree = layout({ architecture, version, date, programs, packages, runtime });
  const bytes = gzip(toTar(tree, date));
  context.signal?.throwIfAborted();
  return bytes;
}

/**
 * Builds, signs and writes a release into a folder, all of it or nothing.
 * @throws S6tsError of each stage; `file-error` when the folder can't be written or the disk is full.
 */
export async function buildRelease(options: ReleaseOptions): Promise<ReleaseFile[]> {
  const { architectures, folder, elsewhere, key, context } = options;
  const tarballs: ReleaseFile[] = [];
  for (const architecture of architectures) {
    tarballs.push({ name: tarballName(architecture), bytes: await buildOverlay(architecture, options) });
  }
  if (key !== undefined) context.progress.stage(`sign as ${key.signer.userId}`);
  const signed = key === undefined ? [] : [publicKey(key), ...(await signatures(tarballs, key, options))];
  context.signal?.throwIfAborted();
  return writeRelease([...signed, ...tarballs], {
    folder,
    elsewhere,
    seal: async (sums) => {
      const checksums = { name: CHECKSUMS, bytes: Buffer.from(formatChecksums(sums)) };
      return key === undefined ? [checksums] : [...(await signatures([checksums], key, options)), checksums];
    },
  });
}

function publicKey(key: SigningKey): ReleaseFile {
  return { name: PUBLIC_KEY, bytes: Buffer.from(publicKeyOf(key)) };
}

async function signatures(
  files: readonly ReleaseFile[],
  key: SigningKey,
  { date }: ReleaseOptions,
): Promise<ReleaseFile[]> {
  const made: ReleaseFile[] = [];
  for (const { name, bytes } of files) {
    made.push({ name: `${name}.sig`, bytes: await signDetached(bytes, key, date) });
  }
  return made;
}
