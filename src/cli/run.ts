import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as Errors from '@oclif/core/errors';
import type { Interfaces } from '@oclif/core';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { reasonOf } from '../base/error.js';
import { PACKAGE_ROOT } from '../base/package-root.js';
import { EXIT } from './base-command.js';
import { plain, renderError, reportError } from './render.js';

/**
 * Runs the command line; `ours` are the ids of its own commands. What no command caught (unknown command, broken plug-in)
 * ends with 2 as well, on `--json` too; help and version end with 0.
 */
export async function runCli(args: string[], ours: readonly string[]): Promise<void> {
  guardStreams();
  settings.enableAutoTranspile = false;
  try {
    await run(args, await optionsFor(args, ours));
  } catch (error) {
    if (error instanceof Errors.ExitError && error.oclif.exit === 0) return;
    process.exitCode = EXIT.failure;
    if (args.includes('--json')) process.stdout.write(`${JSON.stringify(reportError(error), null, 2)}\n`);
    else process.stderr.write(renderError(error, process.env['S6TS_DEBUG'] === '1'));
  }
}

/** oclif's plug-ins (help, completion, the nearest name) are loaded only for what they serve: they take 30 ms. */
async function optionsFor(args: readonly string[], ours: readonly string[]): Promise<Interfaces.LoadOptions> {
  const pjson = JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as Interfaces.PJSON;
  const [id = ''] = args;
  const isPlain = ours.includes(id) && !args.includes('--help');
  return {
    root: PACKAGE_ROOT,
    // There is no command to install any; a home of another user would be warned of.
    userPlugins: false,
    pjson: isPlain ? { ...pjson, oclif: { ...pjson.oclif, plugins: [] } } : pjson,
  };
}

/** Node would end with 1, our "no", where an output fails or an error escapes. */
function guardStreams(): void {
  // Before oclif's own listener, which throws.
  process.stdout.prependListener('error', (error: NodeJS.ErrnoException) => {
    // `s6ts … | head`: the reader has what it wanted.
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.good);
    process.stderr.write(`s6ts: cannot write the output: ${plain(reasonOf(error))}\n`);
    process.exit(EXIT.failure);
  });
  // What can't be told stops nothing: the work counts, and its exit code.
  process.stderr.on('error', () => undefined);
  process.on('uncaughtException', (error) => {
    process.stderr.write(renderError(error, process.env['S6TS_DEBUG'] === '1'));
    process.exit(EXIT.failure);
  });
}
