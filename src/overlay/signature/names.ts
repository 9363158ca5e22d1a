import { S6tsError } from '../../base/error.js';

/** The name of a file's detached signature. */
export function signatureFileOf(file: string): string {
  return `${file}.sig`;
}

/**
 * The file that a signature belongs to, by its name: without `.sig` or `.asc`.
 * @throws S6tsError `file-unknown` for a name without either
 */
export function signedFileOf(signatureFile: string): string {
  const found = /^(.*[^/])\.(?:sig|asc)$/s.exec(signatureFile)?.[1];
  if (found !== undefined) return found;
  throw new S6tsError('file-unknown', `the name ${signatureFile} does not tell which file it signs`, {
    what: signatureFile,
    hint: 'the signature comes first, then the file: s6ts verify FILE.sig FILE',
  });
}
