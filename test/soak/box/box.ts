import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { atMost } from '../../harness/limit.js';
import { releaseTarball } from '../../harness/release.js';
import { busyboxRoot } from '../../harness/roots.js';
import { compileStatic } from '../../harness/static-program.js';
import { tarOf, withParents, type Files } from '../../harness/tarball.js';

const run = promisify(execFile);
const slots = atMost(availableParallelism() + 1);
/** Longer than all graces of a run together, on a busy machine too. */
const LIMIT_MS = 30_000;
const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOSTNAME: 'box',
  WHO: 'me',
  S6_SERVICES_GRACETIME: '300',
  S6_KILL_GRACETIME: '300',
};

/** A root with our overlay, and the program that runs /init in it. */
export interface Root {
  readonly folder: string;
  readonly launcher: string;
}

/** How to run /init in a root. */
export interface BoxOptions {
  readonly cmd: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** strace's: `--inject=…`. */
  readonly strace?: readonly string[];
  /** A program and its arguments that our launcher is started by (`prlimit`). */
  readonly by?: readonly string[];
  /** Called when it starts, with its pid outside and its stdout. */
  readonly started?: (pid: number, stdout: Readable) => void;
}

/** How /init ended. */
export interface BoxEnded {
  /** `exit N`, `signal N` or `hung`. */
  readonly end: string;
  readonly stdout: string;
  readonly stderr: string;
  /** strace's lines. */
  readonly log: readonly string[];
}

/** Compiles the launcher and makes a root of busybox, the overlay, `files`. Needs root; `removeRoot` takes it away. */
export async function makeRoot(files: Files): Promise<Root> {
  const folder = await mkdtemp(join(tmpdir(), 's6ts-box-'));
  const launcher = join(folder, 'box');
  await compileStatic(new URL('box.c', import.meta.url), launcher);
  const root = join(folder, 'root');
  await run('mkdir', ['-p', `${root}/dev/shm`]);
  await run('mknod', ['-m', '666', `${root}/dev/null`, 'c', '1', '3']);
  for (const tree of [busyboxRoot(), withParents(files, new Set())])
    execFileSync('tar', ['-x', '-C', root], { input: tarOf(tree) });
  await run('tar', ['-xzf', await releaseTarball(), '-C', root]);
  return { folder, launcher };
}

export async function removeRoot({ folder }: Root): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

let runs = 0;

/** Runs /init as PID 1 of namespaces of its own to its end. At most a few at a time. */
export async function boxed({ folder, launcher }: Root, options: BoxOptions): Promise<BoxEnded> {
  return slots(async () => {
    const log = join(folder, `log-${String((runs += 1))}`);
    await writeFile(log, '');
    const strace = options.strace === undefined ? [] : [...options.strace, '-o', log];
    const [program = '', ...args] = [
      ...(options.by ?? []),
      launcher,
      join(folder, 'root'),
      String(LIMIT_MS),
      ...strace,
      '--',
      '/init',
      ...options.cmd,
    ];
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...ENVIRONMENT, ...options.env },
    });
    const stream = (fd: 1 | 2 | 3): Readable => child.stdio[fd] as Readable;
    const lines: string[] = [];
    createInterface({ input: stream(3) }).on('line', (line) => {
      if (line.startsWith('pid ')) options.started?.(Number(line.slice(4)), stream(1));
      else lines.push(line);
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const [stdout, stderr] = await Promise.all([text(stream(1)), text(stream(2)), ended]);
    const [end] = lines;
    if (end === undefined) throw new Error(`the launcher failed: ${stderr}`);
    const traced = (await readFile(log, 'latin1')).split('\n');
    await rm(log);
    return { end, stdout, stderr, log: traced };
  });
}
