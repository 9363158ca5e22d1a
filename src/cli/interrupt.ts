import { rmSync } from 'node:fs';
import { pendingTemporaryFiles } from '../base/atomic-file.js';

/** A clean-up that an interrupt runs before the process ends, e.g. removing a container. */
type Cleanup = () => Promise<void>;

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

  /** Listens. A second signal ends at once. */
  install(): void {
    for (const [name, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      process.on(name, () => void this.#end(name, code));
    }
  }

  async #end(name: string, code: number): Promise<void> {
    if (this.#ending) process.exit(code);
    this.#ending = true;
    process.stderr.write(`\ninterrupted by ${name}: cleaning up\n`);
    this.#controller.abort(new Error(`interrupted by ${name}`));
    const limit = setTimeout(() => process.exit(code), CLEANUP_LIMIT_MS);
    await Promise.allSettled([...this.#cleanups].map((cleanup) => cleanup()));
    for (const path of pendingTemporaryFiles()) rmSync(path, { force: true });
    clearTimeout(limit);
    process.exit(code);
  }
}
