import { Errors, flush, run, settings } from '@oclif/core';
import { EXIT } from './base-command.js';
import { renderError, reportError } from './render.js';

/**
 * Runs the command line. What no command caught (unknown command, broken plug-in) ends with 2 as well, on `--json`
 * too; help and version end with 0.
 */
export async function runCli(args: string[], moduleUrl: string): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `s6ts … | head`: the reader has what it wanted.
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.good);
    throw error;
  });
  settings.enableAutoTranspile = false;
  try {
    await run(args, moduleUrl);
    await flush();
  } catch (error) {
    if (error instanceof Errors.ExitError && error.oclif.exit === 0) return;
    process.exitCode = EXIT.failure;
    if (args.includes('--json')) process.stdout.write(`${JSON.stringify(reportError(error), null, 2)}\n`);
    else process.stderr.write(renderError(error, process.env['S6TS_DEBUG'] === '1'));
  }
}
