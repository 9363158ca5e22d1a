import type { IncomingMessage } from 'node:http';
import type { EngineAddress } from './context.js';
import { connectionError } from './errors.js';
import type { EngineAnswer, EngineRequest, Transport } from './transport.js';
import { unixTransport } from './unix-transport.js';

/** A Docker engine: one place that sends every request and words every failure of the connection. */
export class Engine {
  readonly address: EngineAddress;
  readonly #transport: Promise<Transport>;
  readonly #signal: AbortSignal;

  constructor(address: EngineAddress, signal: AbortSignal) {
    this.address = address;
    this.#signal = signal;
    // dockerode takes 280 ms to load: a unix socket, the usual case, does without it.
    this.#transport = address.url.startsWith('unix://')
      ? Promise.resolve(unixTransport(address.url.slice('unix://'.length)))
      : import('./modem-transport.js').then(({ modemTransport }) => modemTransport(address));
    // Whoever asks first gets the error; nobody asking is no crash.
    this.#transport.catch(() => undefined);
  }

  /** Sends a request and gives the answer's stream, whatever its status. @throws S6tsError `engine-…`. */
  async stream(request: EngineRequest): Promise<IncomingMessage> {
    const query = new URLSearchParams(request.query).toString();
    const body =
      request.tar !== undefined
        ? { type: 'application/x-tar', pieces: request.tar }
        : request.json !== undefined
          ? { type: 'application/json', pieces: [Buffer.from(JSON.stringify(request.json))] }
          : undefined;
    try {
      const transport = await this.#transport;
      const path = query === '' ? request.path : `${request.path}?${query}`;
      return await transport(
        request.method,
        path,
        body,
        request.unstoppable === true ? undefined : this.#signal,
      );
    } catch (error) {
      throw connectionError(this.address, error);
    }
  }

  /** Sends a request and reads the whole answer, whatever its status. @throws S6tsError `engine-…`. */
  async ask(request: EngineRequest): Promise<EngineAnswer> {
    const message = await this.stream(request);
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of message) chunks.push(chunk as Uint8Array);
    } catch (error) {
      throw connectionError(this.address, error);
    }
    return {
      status: message.statusCode ?? 0,
      headers: message.headers,
      text: Buffer.concat(chunks).toString(),
    };
  }
}
