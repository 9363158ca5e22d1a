import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { streamOf } from '../base/byte-stream.js';
import { digestOf, type Digest } from '../base/digest.js';
import { errnoOf, fileError, S6tsError } from '../base/error.js';
import type { Progress } from '../base/progress.js';
import type { Architecture } from '../overlay/architecture.js';
import { tarballName, type PartName } from '../overlay/meta.js';
import { metaOf } from '../overlay/meta-cache.js';
import { readOverlay, type Overlay } from '../overlay/overlay-file.js';
import type { OverlayTree } from '../overlay/tree.js';
import { ADD_ONS, type AddOn } from './add-on.js';

/** A release of the overlay, or of another part, for one architecture, read and, where it is signed, verified. */
export interface OverlayRelease {
  readonly file: string;
  readonly origin: ReleaseOrigin;
  readonly version: string;
  /** SHA-256 of the tarball. */
  readonly digest: Digest;
  /** The date of its files, seconds since 1970. */
  readonly date: number;
  /** What is in it, unpacked when it is first asked for. @throws S6tsError of `readOverlay`. */
  readonly tree: () => Promise<OverlayTree>;
  /** Who signed it; undefined where no signature lies beside it. */
  readonly signedBy?: { readonly userId: string; readonly fingerprint: string };
}

/** How a release came to be used: the user named it; it was in the cache or in s6ts itself; it was built just now. */
export type ReleaseOrigin = 'given' | 'cache' | 'embedded' | 'built';

/** Finds a release where the user names none, in the order of `ReleaseOrigin`. */
export type OwnRelease = (architecture: Architecture) => Promise<Located>;

interface Located {
  readonly file: string;
  readonly origin: ReleaseOrigin;
}

export interface ReleaseSource {
  /** A tarball, or a folder with one for each architecture; default: `ownRelease`'s. */
  readonly path?: string | undefined;
  readonly ownRelease: OwnRelease;
  /** Files with public keys to trust beside the bundled ones and the user's. */
  readonly keys: readonly string[];
  readonly cacheFolder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
  readonly progress: Progress;
}

/** A release as a report tells of it. */
export interface UsedRelease extends Pick<OverlayRelease, 'file' | 'origin' | 'version' | 'digest'> {
  readonly signedBy: NonNullable<OverlayRelease['signedBy']> | null;
}

export function usedRelease({ file, origin, version, digest, signedBy }: OverlayRelease): UsedRelease {
  return { file, origin, version, digest, signedBy: signedBy ?? null };
}

const ORIGIN: Readonly<Record<ReleaseOrigin, string>> = {
  given: '',
  cache: ' (your own build, from the cache)',
  embedded: ' (the one that s6ts carries)',
  built: ' (built just now, kept in the cache)',
};

/** A release in a line for people. */
export function formatRelease({ file, origin, signedBy }: UsedRelease): string {
  return `${file}${ORIGIN[origin]}, ${signedBy === null ? 'unsigned' : `signed by ${signedBy.userId}`}`;
}

/**
 * Reads a release for an architecture; a signature beside it (`.sig`, `.asc`) is checked before anything else.
 * @throws S6tsError `file-missing` | `release-signature` | `overlay-foreign` | `architecture-wrong`, and
 * those of `readOverlay`.
 */
export async function readRelease(
  architecture: Architecture,
  source: ReleaseSource,
): Promise<OverlayRelease> {
  return readPart(await located(architecture, source), architecture, source, 's6-overlay');
}

/** Reads an add-on's tarball, which lies beside the overlay's. Checks and throws as `readRelease`. */
export async function readAddOn(
  name: AddOn,
  architecture: Architecture,
  source: ReleaseSource,
): Promise<OverlayRelease> {
  const part = ADD_ONS[name];
  const { file, origin } = await located(architecture, source);
  const beside = join(dirname(file), tarballName(architecture, part));
  return readPart({ file: beside, origin }, architecture, source, part);
}

/** The overlay's tarball: the one that was named, else the one that is found. */
async function located(architecture: Architecture, { path, ownRelease }: ReleaseSource): Promise<Located> {
  if (path === undefined) return ownRelease(architecture);
  return { file: await tarballAt(path, architecture), origin: 'given' };
}

async function readPart(
  { file, origin }: Located,
  architecture: Architecture,
  source: ReleaseSource,
  part: PartName,
): Promise<OverlayRelease> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileError('read the release', file, error, 's6ts build-release makes it, beside the others');
  });
  const signedBy = await verified(file, bytes, source);
  const digest = digestOf(bytes);
  let opened: Promise<Overlay> | undefined;
  const open = (): Promise<Overlay> => (opened ??= readOverlay(bytes, file, part));
  const meta = await metaOf({ digest, file, part }, source.cacheFolder, open);
  if (meta.architecture !== architecture.seed) {
    throw new S6tsError(
      'architecture-wrong',
      `${file} is for ${meta.architecture}, the image for ${architecture.seed}`,
      {
        what: file,
        hint: `give the release for ${architecture.seed}, or a folder that holds ${tarballName(architecture, part)}`,
      },
    );
  }
  return {
    file,
    origin,
    version: meta.version,
    digest,
    date: Math.floor(Date.parse(meta.date) / 1000),
    tree: async () => (await open()).tree,
    ...(signedBy === undefined ? {} : { signedBy }),
  };
}

async function tarballAt(path: string, architecture: Architecture): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileError('read the release', path, error, 'make one: s6ts build-release --out DIR');
  });
  return found.isDirectory() ? join(path, tarballName(architecture)) : path;
}

/**
 * Who signed it; undefined without a signature, which is refused where keys are named to trust. The library is loaded
 * only where there is a signature.
 */
async function verified(
  file: string,
  bytes: Uint8Array,
  { keys, env, now, progress }: ReleaseSource,
): Promise<OverlayRelease['signedBy']> {
  const signature = await signatureBeside(file);
  if (signature === undefined) {
    if (keys.length > 0) throw unsigned(file, keys);
    progress.warn(`no signature beside ${file}: it is taken unverified`);
    return undefined;
  }
  progress.stage(`verify ${file}`);
  const [{ trustedKeys }, { verifyDetached }] = await Promise.all([
    import('../overlay/signature/trusted-keys.js'),
    import('../overlay/signature/verify.js'),
  ]);
  const verdict = await verifyDetached(
    signature.bytes,
    streamOf([bytes]),
    await trustedKeys({ files: keys, env }),
    now,
  );
  if (verdict.kind === 'good')
    return { userId: verdict.signer.userId, fingerprint: verdict.signer.fingerprint };
  throw new S6tsError(
    'release-signature',
    `${file} is refused, its signature is no proof: ${verdict.explanation}`,
    {
      what: signature.file,
      hint:
        verdict.hint ?? 'fetch release and signature anew, or name the key that you trust with --key FILE',
    },
  );
}

/** Who names a key wants a proof. */
function unsigned(file: string, keys: readonly string[]): S6tsError {
  return new S6tsError(
    'release-signature',
    `${file} is refused: no signature is beside it (.sig or .asc), and ${keys.join(', ')} is to vouch for it`,
    {
      what: file,
      hint: 'put its signature beside it, sign it yourself (s6ts sign FILE), or leave out --key to take it unverified',
    },
  );
}

async function signatureBeside(file: string): Promise<{ file: string; bytes: Uint8Array } | undefined> {
  for (const name of [`${file}.sig`, `${file}.asc`]) {
    try {
      return { file: name, bytes: await readFile(name) };
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw fileError('read the signature', name, error);
    }
  }
  return undefined;
}
