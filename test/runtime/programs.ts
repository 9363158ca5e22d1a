import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built binary of the small programs; the tests' machine is an amd64. */
const UTILS = fileURLToPath(new URL('../../build/runtime/amd64/utils', import.meta.url));

export interface Result {
  /** 128 + signal where one ended it. */
  readonly code: number;
  /** Latin-1: a character a byte. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Latin-1, as the output. */
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
}

/** A folder of a test's own, and the small programs to try in it. */
export interface Bench {
  readonly folder: string;
  /** Runs one of our programs, by a link of its name. */
  readonly run: (name: string, args?: readonly string[], options?: RunOptions) => Promise<Result>;
  /** Runs a program of the machine, the peer. */
  readonly peer: (name: string, args?: readonly string[], options?: RunOptions) => Promise<Result>;
  /** The path of the link of that name. */
  readonly program: (name: string) => string;
}

/** Makes a bench; it goes with the process. */
export function bench(): Bench {
  const root = mkdtempSync(join(tmpdir(), 's6ts-utils-'));
  process.on('exit', () => {
    rmSync(root, { recursive: true, force: true });
  });
  chmodSync(root, 0o755); // for other uids
  const folder = join(root, 'work');
  const bin = join(root, 'bin');
  mkdirSync(folder);
  mkdirSync(bin);
  const known = new Set<string>();
  const program = (name: string): string => {
    if (!known.has(name)) symlinkSync(UTILS, join(bin, name));
    known.add(name);
    return join(bin, name);
  };
  return {
    folder,
    program,
    run: (name, args = [], options = {}) => runFile(program(name), args, folder, options),
    peer: (name, args = [], options = {}) => runFile(name, args, folder, options),
  };
}

function runFile(
  path: string,
  args: readonly string[],
  cwd: string,
  { stdin = '', env = { PATH: process.env['PATH'], LC_ALL: 'C' }, uid }: RunOptions,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { cwd, env, ...(uid === undefined ? {} : { uid, gid: uid }) });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('latin1').on('data', (text: string) => (output[stream] += text));
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), ...output });
    });
    child.stdin.on('error', () => undefined); // a program may end without reading all of it: its exit code tells
    child.stdin.end(Buffer.from(stdin, 'latin1'));
  });
}
