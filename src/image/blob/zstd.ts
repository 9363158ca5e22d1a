import { Decompress } from 'fzstd';

/** A zstd stream's bytes, frame after frame (RFC 8878). @throws the decoder's error */
export async function* unzstd(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((chunk) => void ready.push(chunk));
  const feed = (chunk: Uint8Array, last: boolean): Uint8Array[] => {
    decoder.push(chunk, last);
    const out = ready;
    ready = [];
    return out;
  };
  for await (const chunk of bytes) yield* feed(chunk, false);
  yield* feed(new Uint8Array(0), true);
}
