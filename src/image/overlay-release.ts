import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, type Digest } from '../base/digest.js';
import { errnoOf, fileError, S6tsError } from '../base/error.js';
import type { Progress } from '../base/progress.js';
import type { Architecture } from '../overlay/architecture.js';
import { readOverlay } from '../overlay/overlay-file.js';
import type { OverlayTree } from '../overlay/tree.js';

/** A release of the overlay for one architecture, read and, where it is signed, verified. */
export interface OverlayRelease {
  readonly file: string;
  readonly version: string;
  /** SHA-256 of the tarball. */
  readonly digest: Digest;
  /** The date of its files, seconds since 1970. */
  readonly date: number;
  readonly tree: OverlayTree;
  /** Who signed it; undefined where no signature lies beside it. */
  readonly signedBy?: { readonly userId: string; readonly fingerprint: string };
}

export interface ReleaseSource {
  /** A tarball, or a folder with one for each architecture. */
  readonly path: string;
  /** Files with public keys to trust beside the bundled ones and the user's. */
  readonly keys: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
  readonly progress: Progress;
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
  const file = await tarballAt(source.path, architecture);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileError('read the release', file, error);
  });
  const signedBy = await verified(file, bytes, source);
  const { meta, tree } = await readOverlay(bytes, file);
  if (meta.architecture !== architecture.seed) {
    throw new S6tsError(
      'architecture-wrong',
      `${file} is for ${meta.architecture}, the image for ${architecture.seed}`,
      {
        what: file,
        hint: `give the release for ${architecture.seed}, or a folder that holds s6-overlay-${architecture.seed}.tar.gz`,
      },
    );
  }
  return {
    file,
    version: meta.version,
    digest: digestOf(bytes),
    date: Math.floor(Date.parse(meta.date) / 1000),
    tree,
    ...(signedBy === undefined ? {} : { signedBy }),
  };
}

async function tarballAt(path: string, architecture: Architecture): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileError('read the release', path, error, 'make one: s6ts build-release --out DIR');
  });
  return found.isDirectory() ? join(path, `s6-overlay-${architecture.seed}.tar.gz`) : path;
}

/** Who signed it; undefined without a signature. The library is loaded only where there is one. */
async function verified(
  file: string,
  bytes: Uint8Array,
  { keys, env, now, progress }: ReleaseSource,
): Promise<OverlayRelease['signedBy']> {
  const signature = await signatureBeside(file);
  if (signature === undefined) {
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
    once(bytes),
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

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
  await Promise.resolve();
}
