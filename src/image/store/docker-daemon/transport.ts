import type { IncomingMessage } from 'node:http';

/** A call of the Docker Engine API. */
export interface EngineRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** A tar in pieces. */
  readonly tar?: readonly Uint8Array[];
  /** Not stopped by the engine's own signal: clean-ups after an interrupt. */
  readonly unstoppable?: boolean;
}

/** How requests reach an engine; the answer's body is still to be read. */
export type Transport = (
  method: string,
  pathWithQuery: string,
  body: { readonly type: string; readonly pieces: readonly Uint8Array[] } | undefined,
  signal: AbortSignal | undefined,
) => Promise<IncomingMessage>;

/** An answer of the engine, body read. */
export interface EngineAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}
