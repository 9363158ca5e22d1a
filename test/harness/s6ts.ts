import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as it is installed; `npm run build` makes what it runs. */
export const S6TS = fileURLToPath(new URL('../../bin/run.cjs', import.meta.url));

/** The compiled code that the tests' runs of it share (src/cli/load-bundle.ts). */
const CODE = fileURLToPath(new URL('../../build/test-code', import.meta.url));

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs s6ts without a terminal, with this environment and PATH alone; `stdin` is all that it reads. */
export function s6ts(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd?: string,
  stdin = '',
): Promise<CliResult> {
  return runS6ts(S6TS, args, env, cwd, stdin);
}

/** As `s6ts`, for the bin/run.cjs of another copy. */
export function runS6ts(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd?: string,
  stdin = '',
): Promise<CliResult> {
  return new Promise((resolve) => {
    const options = {
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: CODE, ...env },
      timeout: 120_000,
      ...(cwd === undefined ? {} : { cwd }),
    };
    const child = execFile(process.execPath, [command, ...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
    child.stdin?.end(stdin);
  });
}

/** The value that `--json` printed. */
export function jsonOf(result: CliResult): unknown {
  return JSON.parse(result.stdout) as unknown;
}
