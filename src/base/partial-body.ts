import type { Answer } from './send.js';

/** A Last-Modified names one content only when it is older than the answer by this much (RFC 9110, 8.8.2.2). */
const STRONG_DATE_MS = 60_000;

/**
 * What has come of a download, over all its tries. A new try asks for the rest where the server named the content
 * (a strong ETag, or a date that can't be of two contents), and begins anew where it can't be sure to go on in the
 * same one (RFC 9110, 13.1.5 and 14.2).
 */
export class PartialBody {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #validator: string | undefined;

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** The headers that ask for the rest; none where all is wanted. */
  rangeHeaders(): Record<string, string> {
    if (this.#size === 0 || this.#validator === undefined) return {};
    return { range: `bytes=${this.#size}-`, 'if-range': this.#validator };
  }

  /** Takes an answer's body as the next part, or as the whole. @returns false for a part that doesn't follow. */
  begin(answer: Answer): boolean {
    if (answer.status !== 206) {
      this.clear();
      this.#validator = validatorOf(answer);
      return true;
    }
    const from = /^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1];
    if (this.#size > 0 && Number(from) === this.#size) return true;
    this.clear();
    return false;
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  clear(): void {
    this.#chunks = [];
    this.#size = 0;
    this.#validator = undefined;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks, this.#size);
  }
}

function validatorOf({ headers }: Answer): string | undefined {
  const tag = headers.get('etag');
  if (tag?.startsWith('"') === true) return tag;
  const modified = headers.get('last-modified');
  const date = Date.parse(headers.get('date') ?? '');
  return modified !== null && date - Date.parse(modified) >= STRONG_DATE_MS ? modified : undefined;
}
