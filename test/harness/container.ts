import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ContainerOptions, PlannedSignal } from './container-options.js';
import { createOptions } from './container-options.js';
import { engine, type Engine } from './engine.js';
import { buildImage } from './images.js';
import { atMost } from './limit.js';
import { PRESENT } from './roots.js';
import { listTar, tarOf, withParents, type Files, type Listed } from './tarball.js';
import { Transcript } from './transcript.js';

export type { ContainerOptions } from './container-options.js';

/** How a container ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both as they came. */
  readonly transcript: string;
  /** From the start call to the engine's word that it ended. */
  readonly ms: number;
}

const LIMIT_MS = 60_000;
const slots = atMost(Number(process.env['S6TS_TEST_PARALLEL'] ?? 4));

/** A container that was started, with its streams. */
export class Box {
  constructor(
    readonly container: Docker.Container,
    readonly transcript: Transcript,
    private readonly input: NodeJS.WritableStream,
    private readonly startedAt: number,
    private readonly limitMs: number,
  ) {}

  /** Waits until the output matches. @throws Error with the output when it ends, or takes too long, without. */
  says(pattern: RegExp | string, limitMs = 30_000): Promise<void> {
    return this.transcript.says(pattern, limitMs);
  }

  /** Sends a signal to PID 1. */
  async signal(name: string | number): Promise<void> {
    await this.container.kill({ signal: String(name) });
  }

  /** Types on its stdin (option `openStdin` or `tty`). */
  write(text: string): void {
    this.input.write(text);
  }

  /** Runs a program in it, as `docker exec`. */
  async exec(cmd: readonly string[], options: { user?: string } = {}): Promise<Omit<Ended, 'ms'>> {
    const exec = await this.container.exec({
      Cmd: [...cmd],
      AttachStdout: true,
      AttachStderr: true,
      ...(options.user === undefined ? {} : { User: options.user }),
    });
    const transcript = collect(this.container, await exec.start({ hijack: true, stdin: false }), false);
    await transcript.ended;
    return { exitCode: (await exec.inspect()).ExitCode ?? -1, ...transcript.streams() };
  }

  /** Its PID 1 as the host has it: the engine is on this machine. */
  async pid(): Promise<number> {
    return ((await this.container.inspect()).State as { Pid: number }).Pid;
  }

  /** Its processes as the engine's host sees them: host pid, host parent pid, command line. */
  async processes(): Promise<{ pid: number; ppid: number; args: string }[]> {
    const { Processes } = (await this.container.top({ ps_args: '-eo pid,ppid,args' })) as {
      Processes: string[][];
    };
    return Processes.map(([pid = '', ppid = '', args = '']) => ({
      pid: Number(pid),
      ppid: Number(ppid),
      args,
    }));
  }

  /** Tries `attempt` until it gives true. @throws Error naming `what` and the output when it never does. */
  async until(what: string, attempt: () => Promise<boolean>, limitMs = 20_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!(await attempt())) {
      if (performance.now() > end)
        throw new Error(`not within ${limitMs} ms: ${what}\n${this.transcript.text}`);
      await sleep(25);
    }
  }

  /** A file or folder of it, running or ended: path below it ('' for itself) → entry. */
  async read(path: string): Promise<Map<string, Listed>> {
    const entries = await listTar(await this.container.getArchive({ path }));
    return new Map([...entries].map(([name, entry]) => [name.replace(/^[^/]*\/?/, ''), entry]));
  }

  /** The text of one file. */
  async text(path: string): Promise<string> {
    return (await this.read(path)).get('')?.bytes.toString() ?? '';
  }

  /** Waits for its end. @throws Error with the output when it takes longer than its limit; it is killed then. */
  async end(): Promise<Ended> {
    const wait = this.container.wait() as Promise<{ StatusCode: number }>;
    const result = await Promise.race([wait, sleep(this.limitMs, undefined, { ref: false })]);
    if (result === undefined) {
      await this.container.kill({ signal: 'KILL' });
      throw new Error(`still running after ${this.limitMs} ms:\n${this.transcript.text}`);
    }
    const ms = performance.now() - this.startedAt;
    await this.transcript.ended;
    return { exitCode: result.StatusCode, ms, ...this.transcript.streams() };
  }
}

/** Starts a container, hands it to `body`, and removes it whatever happens. At most a few run at a time. */
export async function withContainer<T>(
  options: ContainerOptions,
  body: (box: Box) => Promise<T>,
): Promise<T> {
  return slots(async () => {
    const used = await engine();
    const image = options.readOnly === true ? await withFiles(used, options) : options.image;
    const container = await create(used, createOptions({ ...options, image }));
    try {
      if (options.readOnly !== true && options.files !== undefined) {
        await container.putArchive(archiveOf(options.files), { path: '/' });
      }
      return await body(await start(container, options));
    } finally {
      await container.remove({ force: true, v: true });
    }
  });
}

async function sendAll(box: Box, signals: readonly PlannedSignal[]): Promise<void> {
  for (const { when, until, afterMs, signal } of signals) {
    if (when !== undefined) await box.says(when);
    if (until !== undefined)
      await box.until(until.join(' '), async () => (await box.exec(until)).exitCode === 0);
    if (afterMs !== undefined) await sleep(afterMs);
    await box.signal(signal);
  }
}

/** Runs a container to its end, sending `signals` on the way; `after` may look at its files before it is removed. */
export async function runContainer(
  options: ContainerOptions,
  after?: (box: Box) => Promise<void>,
): Promise<Ended> {
  return withContainer(options, async (box) => {
    const [ended] = await Promise.all([box.end(), sendAll(box, options.signals ?? [])]);
    await after?.(box);
    return ended;
  });
}

/** All in the body: dockerode would say it in the address too, where 2 MB of variables are refused with 431. */
function create(used: Engine, body: Docker.ContainerCreateOptions): Promise<Docker.Container> {
  return used.docker.createContainer({ _query: {}, _body: body } as Docker.ContainerCreateOptions);
}

/** The engine puts no file into a read-only root: a layer of the image holds them. */
async function withFiles(used: Engine, { image, files }: ContainerOptions): Promise<string> {
  if (files === undefined) return image;
  return buildImage(used, 'files', `FROM ${image}\nADD files.tar /\n`, { '/files.tar': archiveOf(files) });
}

function archiveOf(files: Files): Buffer {
  return tarOf(withParents(files, PRESENT));
}

async function start(container: Docker.Container, options: ContainerOptions): Promise<Box> {
  const stream = await container.attach({
    stream: true,
    stdin: true,
    stdout: true,
    stderr: true,
    hijack: true,
  });
  const transcript = collect(container, stream, options.tty === true);
  const startedAt = performance.now();
  try {
    await container.start();
  } catch (error) {
    stream.end();
    throw new Error(`cannot start ${options.image}: ${String(error)}`, { cause: error });
  }
  if (options.stdin !== undefined) stream.end(options.stdin);
  return new Box(container, transcript, stream, startedAt, options.limitMs ?? LIMIT_MS);
}

function collect(container: Docker.Container, stream: NodeJS.ReadableStream, raw: boolean): Transcript {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const transcript = new Transcript(out, err, stream);
  if (raw) stream.pipe(out);
  else (container.modem as Docker['modem']).demuxStream(stream, out, err);
  return transcript;
}
