import { finished } from 'node:stream/promises';

/** The two streams of a container: each for itself, and both as they came. */
export class Transcript {
  #all = '';
  readonly #streams = { stdout: '', stderr: '' };
  readonly #watchers = new Set<() => void>();
  #over = false;
  /** Resolves when both streams have ended. */
  readonly ended: Promise<void>;

  /** `source` is the connection that both come from. */
  constructor(stdout: NodeJS.ReadWriteStream, stderr: NodeJS.ReadWriteStream, source: NodeJS.ReadableStream) {
    stdout.setEncoding('utf8').on('data', (text: string) => this.#add('stdout', text));
    stderr.setEncoding('utf8').on('data', (text: string) => this.#add('stderr', text));
    source.once('end', () => [stdout, stderr].forEach((stream) => stream.end()));
    this.ended = Promise.all([finished(stdout), finished(stderr)]).then(() => {
      this.#over = true;
      this.#tell();
    });
  }

  /** Both streams as they came. */
  get text(): string {
    return this.#all;
  }

  streams(): { stdout: string; stderr: string; transcript: string } {
    return { ...this.#streams, transcript: this.#all };
  }

  /** Resolves once the output matches. @throws Error with the output at the end of it, or after `limitMs`. */
  says(pattern: RegExp | string, limitMs: number): Promise<void> {
    const matches = (): boolean =>
      typeof pattern === 'string' ? this.#all.includes(pattern) : pattern.test(this.#all);
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        settle();
        reject(new Error(`never said ${String(pattern)} (${why}):\n${this.#all}`));
      };
      const timer = setTimeout(() => fail(`waited ${limitMs} ms`), limitMs);
      const settle = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
      };
      const look = (): void => {
        if (matches()) {
          settle();
          resolve();
        } else if (this.#over) fail('it has ended');
      };
      this.#watchers.add(look);
      look();
    });
  }

  #add(stream: 'stdout' | 'stderr', text: string): void {
    this.#streams[stream] += text;
    this.#all += text;
    this.#tell();
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
