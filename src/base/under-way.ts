/** Work that is under way, for who may end only after it. */
export class UnderWay {
  readonly #works = new Set<Promise<unknown>>();

  /** The same work, known until it ends. */
  async of<T>(work: Promise<T>): Promise<T> {
    this.#works.add(work);
    try {
      return await work;
    } finally {
      this.#works.delete(work);
    }
  }

  /** Waits until what is under way now has ended, well or not. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#works);
  }
}
