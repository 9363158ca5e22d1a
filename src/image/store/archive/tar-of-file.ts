import { TarFile } from './tar-file.js';

/** The archive of a store: opened when it is first asked for, and anew after `close`. */
export class TarOfFile {
  readonly #path: string;
  #tar: Promise<TarFile | undefined> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Undefined where there is no file yet. @throws S6tsError of `TarFile.open` */
  opened(): Promise<TarFile | undefined> {
    this.#tar ??= TarFile.open(this.#path);
    return this.#tar;
  }

  async close(): Promise<void> {
    const tar = this.#tar;
    this.#tar = undefined;
    (await tar?.catch(() => undefined))?.close();
  }
}
