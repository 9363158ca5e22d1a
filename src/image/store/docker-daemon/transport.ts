import type { IncomingMessage } from 'node:http';

/** A call of the Docker Engine API. */
export interface EngineRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** A tar in pieces: all in memory, or streamed as the engine takes them. */
  readonly tar?: TarPieces;
  /** Not stopped by the engine's own signal: clean-ups after an interrupt. */
  readonly unstoppable?: boolean;
}

export type TarPieces = readonly Uint8Array[] | AsyncIterable<Uint8Array>;

/** How requests reach an engine; the answer's body is still to be read. */
export type Transport = (
  method: string,
  pathWithQuery: string,
  body: { readonly type: string; readonly pieces: TarPieces } | undefined,
  signal: AbortSignal | undefined,
) => Promise<IncomingMessage>;

/** An answer of the engine, body read. */
export interface EngineAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** True for pieces that come one after the other, and not from memory. */
export function isStream(pieces: TarPieces): pieces is AsyncIterable<Uint8Array> {
  return Symbol.asyncIterator in pieces;
}
