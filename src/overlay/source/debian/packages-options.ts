import type { FetchOptions } from '../../../base/fetch.js';
import type { Progress } from '../../../base/progress.js';
import { findMirror } from './mirror.js';

/** How Debian's packages are got. */
export interface PackagesOptions {
  /** The root of the mirror, found only when something has to be fetched. */
  readonly mirror: () => Promise<string>;
  /** s6ts's cache folder. */
  readonly cache: string;
  readonly now: Date;
  /** Where the archive's keys lie. Default: those of the package. */
  readonly keys?: string;
  /** Use nothing but what the lock pins. Default false: the signed index, where a pinned file has gone. */
  readonly frozen?: boolean;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  /** For tests: how fetching retries. */
  readonly fetch?: FetchOptions;
}

/** `mirror` for PackagesOptions: looks once, and remembers. */
export function mirrorOf(option: string | undefined, env: NodeJS.ProcessEnv): () => Promise<string> {
  let found: Promise<string> | undefined;
  return () => (found ??= findMirror({ env, ...(option === undefined ? {} : { option }) }));
}

/** How a file is fetched, with these options. */
export function fetchOptions(options: PackagesOptions): FetchOptions {
  return {
    ...options.fetch,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onBytes: (done, total) => options.progress.bytes(done, total),
  };
}
