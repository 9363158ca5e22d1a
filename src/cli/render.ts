import * as Errors from '@oclif/core/errors';
import { S6tsError } from '../base/error.js';

/** An error as `--json` prints it. */
export interface ErrorReport {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly what?: string;
    readonly hint?: string;
  };
}

/**
 * Strips terminal escapes and control characters out of text that came from files, images or the network: those of C1,
 * which some terminals obey too, and those that turn the direction of text round. Line breaks and tabs stay.
 */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are the point
  const withoutColours = text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '');
  return withoutColours.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    '\n\t'.includes(character) ? character : '�',
  );
}

/** A name or another word that came from outside, kept from beginning a line of its own. */
export function oneLine(text: string): string {
  return plain(text).replaceAll('\n', '�');
}

/** The lines that a person sees for an error; the stack only when asked for. */
export function renderError(error: unknown, debug: boolean): string {
  const lines = [`s6ts: ${plain(error instanceof Error ? error.message : String(error))}`];
  if (error instanceof S6tsError && error.hint !== undefined) lines.push(`  → ${plain(error.hint)}`);
  if (!(error instanceof S6tsError || error instanceof Errors.CLIError)) {
    lines.push('  → this is unexpected, a fault of s6ts perhaps; S6TS_DEBUG=1 shows where it happened');
  }
  if (debug && error instanceof Error) lines.push(stackOf(error));
  return `${lines.join('\n')}\n`;
}

/** The same error for a program. */
export function reportError(error: unknown): ErrorReport {
  const message = plain(error instanceof Error ? error.message : String(error));
  // What oclif itself throws is about the words of the command line.
  if (error instanceof Errors.CLIError) return { error: { code: 'usage', message } };
  if (!(error instanceof S6tsError)) return { error: { code: 'failure', message } };
  return {
    error: {
      code: error.code,
      message,
      ...(error.what === undefined ? {} : { what: error.what }),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    },
  };
}

function stackOf(error: Error): string {
  const own = error.stack ?? String(error);
  return error.cause instanceof Error ? `${own}\ncaused by: ${stackOf(error.cause)}` : own;
}
