/** What every error of s6ts carries, so that one place (src/cli) can render it for people and for `--json`. */
export interface S6tsErrorOptions {
  /** The file, reference or URL that it is about. */
  readonly what?: string;
  /** What to type or do next; never a restatement of the message. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * A failure that a user can act on. `code` is a stable kebab-case word (`file-missing`, `mirror-unreachable`);
 * the message says what failed and why, in a sentence without the hint.
 */
export class S6tsError extends Error {
  readonly code: string;
  readonly what: string | undefined;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: S6tsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'S6tsError';
    this.code = code;
    this.what = options.what;
    this.hint = options.hint;
  }
}

/** The errno name (`ENOENT`) of a Node system error, else undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const ERRNO_TEXT: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EAI_AGAIN: 'the name server does not answer',
  EBUSY: 'it is in use',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EDQUOT: 'disk quota exceeded',
  EEXIST: 'it exists already',
  EHOSTUNREACH: 'no way to the host',
  EIO: 'the disk reports an error',
  EISDIR: 'it is a folder',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENETUNREACH: 'no way to the network',
  ENOENT: 'no such file or folder',
  ENOSPC: 'no space left on the disk',
  ENOTDIR: 'a part of the path is not a folder',
  ENOTEMPTY: 'the folder is not empty',
  ENOTFOUND: 'no such host',
  EPERM: 'operation not permitted',
  EPIPE: 'the reader has gone',
  EROFS: 'the file system is read-only',
  ETIMEDOUT: 'timed out',
};

/** The reason behind an error, for the middle of a sentence: errno text where there is one, else its message. */
export function reasonOf(error: unknown): string {
  const errno = errnoOf(error);
  if (errno !== undefined && errno in ERRNO_TEXT) return ERRNO_TEXT[errno] ?? errno;
  return error instanceof Error ? error.message : String(error);
}

/** Wraps a system error on a file: "cannot VERB WHAT: reason". An S6tsError passes through unchanged. */
export function fileError(verb: string, path: string, cause: unknown, hint?: string): S6tsError {
  if (cause instanceof S6tsError) return cause;
  const code = errnoOf(cause) === 'ENOENT' ? 'file-missing' : 'file-error';
  return new S6tsError(code, `cannot ${verb} ${path}: ${reasonOf(cause)}`, {
    what: path,
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}
