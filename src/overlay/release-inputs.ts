import { S6tsError } from '../base/error.js';
import type { Lock } from './lock.js';

/**
 * The date of all that is built: SOURCE_DATE_EPOCH (reproducible-builds.org specification: seconds, decimal), else the
 * lock's. @throws S6tsError `source-date`.
 */
export function releaseDate(lock: Lock, env: NodeJS.ProcessEnv): Date {
  return sourceDateEpoch(env) ?? new Date(lock.date);
}

/** SOURCE_DATE_EPOCH; undefined where it isn't set. @throws S6tsError `source-date`. */
export function sourceDateEpoch(env: NodeJS.ProcessEnv): Date | undefined {
  const epoch = env['SOURCE_DATE_EPOCH'];
  if (epoch === undefined || epoch === '') return undefined;
  // Eleven octal digits are what a tar header has for it.
  if (/^\d{1,10}$/.test(epoch) && Number(epoch) <= 0o77777777777) return new Date(Number(epoch) * 1000);
  throw new S6tsError('source-date', `SOURCE_DATE_EPOCH is no number of seconds: ${epoch}`, {
    what: 'SOURCE_DATE_EPOCH',
    hint: 'unset it, or give seconds since 1970, such as that of `git log -1 --format=%ct`',
  });
}

/** The folder or URL of prebuilt skaware programs that is named, if any: an empty variable names none. */
export function skawareSourceOf(env: NodeJS.ProcessEnv, option?: string): string | undefined {
  const source = option ?? env['SKAWARE_SOURCE'];
  return source === '' ? undefined : source;
}
