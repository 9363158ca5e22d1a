import { Agent, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isStream, type Transport } from './transport.js';

/** Requests through a unix socket, over connections that are kept. */
export function unixTransport(socketPath: string): Transport {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  return (method, path, body, signal) =>
    new Promise((resolve, reject) => {
      const headers = {
        host: 'docker',
        ...(body === undefined
          ? {}
          : {
              'content-type': body.type,
              ...(isStream(body.pieces)
                ? {}
                : { 'content-length': body.pieces.reduce((sum, piece) => sum + piece.length, 0) }),
            }),
      };
      const sent = request(
        { socketPath, agent, method, path, headers, ...(signal === undefined ? {} : { signal }) },
        resolve,
      );
      sent.on('error', reject);
      const pieces = body?.pieces ?? [];
      if (isStream(pieces)) {
        pipeline(Readable.from(pieces), sent).catch(reject);
        return;
      }
      for (const piece of pieces) sent.write(piece);
      sent.end();
    });
}
