import { stageFile } from '../../../base/atomic-file.js';
import { ifUnchanged } from '../../../base/unchanged.js';
import { archiveStream, type Layout } from './archive-stream.js';
import { TarFile } from './tar-file.js';

/** The archive of a store: opened when it is first asked for, and anew after `close`. */
export class TarOfFile {
  readonly #path: string;
  #tar: Promise<TarFile | undefined> | undefined;
  /** Those that somebody else has replaced meanwhile: layers may still be read from them. */
  readonly #replaced: Promise<TarFile | undefined>[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** Undefined where there is no file yet. @throws S6tsError of `TarFile.open` */
  opened(): Promise<TarFile | undefined> {
    this.#tar ??= TarFile.open(this.#path);
    return this.#tar;
  }

  /**
   * Writes the archive that `make` makes of the present one; of another, where somebody puts that in its place meanwhile.
   * @throws S6tsError `file-error`; what `make` throws
   */
  async replaced<T extends { readonly layout: Layout }>(
    make: (present: TarFile | undefined) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const present = await this.opened();
      const made = await make(present);
      const staged = await stageFile(this.#path, archiveStream(made.layout));
      try {
        if (await ifUnchanged(this.#path, present?.state, () => staged.commit())) return made;
      } finally {
        staged.discard();
      }
      if (this.#tar !== undefined) this.#replaced.push(this.#tar);
      this.#tar = undefined;
    }
  }

  async close(): Promise<void> {
    const tars = [...this.#replaced.splice(0), ...(this.#tar === undefined ? [] : [this.#tar])];
    this.#tar = undefined;
    for (const tar of tars) (await tar.catch(() => undefined))?.close();
  }
}
