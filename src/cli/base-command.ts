// By parts: the package's front door loads version arithmetic and more that no command of ours uses.
import { Command } from '@oclif/core/command';
import * as Errors from '@oclif/core/errors';
import type * as Interfaces from '@oclif/core/interfaces';
import { S6tsError } from '../base/error.js';
import { silent, type Progress } from '../base/progress.js';
import { Interrupt } from './interrupt.js';
import { renderError, reportError } from './render.js';
import { streamProgress } from './terminal-progress.js';
import { monotonicMs } from '../base/monotonic.js';

/** Exit codes of every command. */
export const EXIT = { good: 0, no: 1, failure: 2 } as const;

/** Errors that are an answer, too: the release's signature is no proof. */
const NO: ReadonlySet<string> = new Set(['release-signature']);

/** What a command hands back: the value for `--json`, the text for people, and whether the answer is a "no". */
export interface Outcome<T> {
  readonly json: T;
  /** Printed on stdout without `--json`; no final newline. */
  readonly text: string;
  /** True makes the exit code 1: a bad signature, a lint finding. Default false. */
  readonly no?: boolean;
}

/**
 * The parent of all commands. oclif's own rules give 1 to plain errors, and to usage errors under `--json` too, but 1
 * is our "no": so this class decides each exit code itself (0 good, 1 a "no", 2 usage or failure).
 */
export abstract class BaseCommand<T> extends Command {
  static override enableJsonFlag = true;
  protected readonly interrupt = new Interrupt();
  #progress: (Progress & { end?(): void }) | undefined;

  /** Parses the arguments and does the work by calling one function of the core. */
  protected abstract work(): Promise<Outcome<T>>;

  /** Where long work tells what it does: stderr, or nowhere under `--json`. */
  protected get progress(): Progress {
    this.#progress ??= this.jsonEnabled()
      ? silent
      : streamProgress(process.stderr, { now: monotonicMs, term: process.env['TERM'] });
    return this.#progress;
  }

  override async run(): Promise<T> {
    this.interrupt.install((signal) => {
      process.stderr.write(`\ninterrupted by ${signal}: cleaning up\n`);
      if (this.jsonEnabled())
        this.logJson(reportError(new S6tsError('interrupted', `interrupted by ${signal}`)));
    });
    const outcome = await this.work();
    // The answer comes too late: the interrupt has given its own.
    if (this.interrupt.happened) return forever();
    this.#progress?.end?.();
    if (!this.jsonEnabled() && outcome.text !== '') this.log(outcome.text);
    process.exitCode = outcome.no === true ? EXIT.no : EXIT.good;
    return outcome.json;
  }

  protected override async catch(error: Interfaces.CommandError): Promise<void> {
    if (error instanceof Errors.ExitError) throw error;
    // After an interrupt the clean-up prints and ends; what the aborted work throws is only its echo.
    if (this.interrupt.happened) return forever();
    this.#progress?.end?.();
    process.exitCode = error instanceof S6tsError && NO.has(error.code) ? EXIT.no : EXIT.failure;
    if (this.jsonEnabled()) this.logJson(reportError(error));
    else process.stderr.write(renderError(error, process.env['S6TS_DEBUG'] === '1'));
    await Promise.resolve();
  }

  // oclif would print and change the exit code here; `catch` has printed already.
  protected override toErrorJson(error: unknown): unknown {
    return reportError(error);
  }
}

/** Until the clean-up after an interrupt ends the process. */
function forever(): Promise<never> {
  return new Promise(() => undefined);
}
