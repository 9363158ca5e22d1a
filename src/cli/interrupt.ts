import { rmSync } from 'node:fs';
import { pendingTemporaryFiles } from '../base/atomic-file.js';

/** A clean-up that an interrupt runs before the process ends, e.g. removing a container. */
type Cleanup = () => Promise<void>;

/** The signals that end a command, and the exit code of each: 128 + its number, as shells have it. */
const SIGNALS: ReadonlyMap<NodeJS.Signals, number> = new Map([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]);

/** How long clean-ups may take after an interrupt before we end all the same. */
const CLEANUP_LIMIT_MS = 5000;

/** One Ctrl-C source for a whole command: `signal` aborts the work, then the debris goes, then the process ends. */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #cleanups = new Set<Cleanup>();
  #ending = false;

  /** Aborted at the first SIGINT, SIGTERM or SIGHUP. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True once a signal has come: errors after that are its echo. */
  get happened(): boolean {
    return this.#ending;
  }

  /** Runs `cleanup` at an interrupt; call the returned function once it is needed no more. */
  onInterrupt(cleanup: Cleanup): () => void {
    this.#cleanups.add(cleanup);
    return () => this.#cleanups.delete(cleanup);
  }

  /** Listens; tells `announce` the signal's name at the first. A second signal ends at once. */
  install(announce: (signal: string) => void): void {
    for (const [name, code] of SIGNALS) {
      process.on(name, () => void this.#end(name, code, announce));
    }
  }

  async #end(name: string, code: number, announce: (signal: string) => void): Promise<void> {
    if (this.#ending) process.exit(code);
    this.#ending = true;
    announce(name);
    this.#controller.abort(new Error(`interrupted by ${name}`));
    const limit = setTimeout(() => process.exit(code), CLEANUP_LIMIT_MS);
    await Promise.allSettled([...this.#cleanups].map((cleanup) => cleanup()));
    for (const path of pendingTemporaryFiles()) rmSync(path, { force: true });
    clearTimeout(limit);
    // exit() waits for a read that hangs (a pipe that nobody writes); the next signal then ends us by itself.
    for (const each of SIGNALS.keys()) process.removeAllListeners(each);
    process.exit(code);
  }
}
