/**
 * Work that several want at once is done once; the result serves the others for as long as one of them holds it. Nothing
 * is kept longer, so that memory is bounded by what is in use.
 */
export class SingleFlight<T extends object> {
  readonly #flights = new Map<string, Promise<T>>();
  readonly #results = new Map<string, WeakRef<T>>();
  readonly #ownFailures: boolean;

  /** `ownFailures`: who waits for another's that fails makes its own, as from another source it may be had. */
  constructor({ ownFailures = false } = {}) {
    this.#ownFailures = ownFailures;
  }

  /**
   * The result for a key, made by `make` where nobody has it. A failure is everybody's who waits for it, but for
   * `ownFailures`, and forgotten.
   */
  async once(key: string, make: () => Promise<T>): Promise<T> {
    const held = this.#results.get(key)?.deref();
    if (held !== undefined) return held;
    const flight = this.#flights.get(key);
    if (flight === undefined) return this.#begin(key, make);
    return this.#ownFailures ? flight.catch(() => this.once(key, make)) : flight;
  }

  async #begin(key: string, make: () => Promise<T>): Promise<T> {
    const flight = make();
    this.#flights.set(key, flight);
    try {
      const result = await flight;
      this.#results.set(key, new WeakRef(result));
      return result;
    } finally {
      this.#flights.delete(key);
    }
  }
}
