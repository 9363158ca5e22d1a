import { S6tsError } from '../../../base/error.js';

/** What a failed fetch means when it was a mirror that failed: its code here, and what to do. */
const MEANING: Readonly<Record<string, { readonly code: string; readonly hint: string }>> = {
  'fetch-unreachable': {
    code: 'mirror-unreachable',
    hint: 'is the network up, and a proxy set where one is needed? Else name another mirror: --mirror URL',
  },
  'fetch-status': {
    code: 'mirror-unreachable',
    hint: 'try again later, or name another mirror: --mirror URL',
  },
  'fetch-missing': { code: 'mirror-incomplete', hint: 'name a mirror that has it: --mirror URL' },
  'fetch-mismatch': {
    code: 'mirror-mismatch',
    hint: 'nothing of it was used. The mirror, or a cache on the way, serves another file: try --mirror URL',
  },
  'fetch-too-large': { code: 'mirror-mismatch', hint: 'name another mirror: --mirror URL' },
};

/** The error of a fetch in the words of who asked for a package; others pass through. */
export function mirrorError(error: unknown): unknown {
  const meaning = error instanceof S6tsError ? MEANING[error.code] : undefined;
  if (!(error instanceof S6tsError) || meaning === undefined) return error;
  return new S6tsError(meaning.code, error.message, {
    ...(error.what === undefined ? {} : { what: error.what }),
    hint: meaning.hint,
    cause: error,
  });
}
