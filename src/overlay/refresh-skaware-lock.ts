import { cacheFolder } from '../base/user-folders.js';
import { S6tsError } from '../base/error.js';
import { ARCHITECTURES, parseArchitectures } from './architecture.js';
import { readLock, SKAWARE_LOCK, writeLock } from './lock.js';
import { mirrorOf } from './source/debian/packages-options.js';
import { refreshLock, type ArchitectureChange } from './source/debian/refresh.js';
import type { SourceContext } from './source/source.js';

/** Which lock is renewed, and how. */
export interface RefreshRequest {
  /** The lock's file; made from the one that comes with s6ts when there is none. Default: that one itself. */
  readonly lock?: string | undefined;
  /** None: all. */
  readonly architectures: readonly string[];
  readonly mirror?: string | undefined;
  readonly allowUnvouched: boolean;
  /** Where the archive's keys lie. Default: those of the package. */
  readonly keys?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
  readonly context: SourceContext;
}

/** What a lock became. */
export interface RefreshReport {
  /** Its file. */
  readonly file: string;
  /** Its date, ISO 8601 in UTC. */
  readonly date: string;
  readonly architectures: readonly ArchitectureChange[];
}

/**
 * Renews the lock of the skaware packages from the mirror's signed index, and warns of each architecture that has to
 * stay as it was. The file changes as a whole or not at all.
 * @throws S6tsError as `refreshLock`, `readLock`, `writeLock`.
 */
export async function refreshSkawareLock(request: RefreshRequest): Promise<RefreshReport> {
  const { env, now, context, mirror, keys, allowUnvouched } = request;
  const file = request.lock ?? SKAWARE_LOCK;
  const architectures =
    request.architectures.length === 0 ? ARCHITECTURES : parseArchitectures(request.architectures);
  const before = await readLock(file).catch((error: unknown) => {
    if (error instanceof S6tsError && error.code === 'file-missing') return readLock(SKAWARE_LOCK);
    throw error;
  });
  const { lock, changes } = await refreshLock(before, architectures, {
    ...context,
    mirror: mirrorOf(mirror, env),
    cache: cacheFolder(env),
    ...(keys === undefined ? {} : { keys }),
    now,
    allowUnvouched,
  });
  context.signal?.throwIfAborted();
  await writeLock(file, lock).catch((error: unknown) => {
    if (!(error instanceof S6tsError)) throw error;
    throw new S6tsError(error.code, error.message, {
      ...(error.what === undefined ? {} : { what: error.what }),
      hint: 'keep a lock of your own: --lock FILE',
      cause: error,
    });
  });
  for (const { architecture, kept } of changes) {
    if (kept === undefined) continue;
    context.progress.warn(`the lock of ${architecture} stays as it was: ${kept}`);
  }
  return { file, date: lock.date, architectures: changes };
}
