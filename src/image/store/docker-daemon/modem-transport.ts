import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { S6tsError } from '../../../base/error.js';
import type { EngineAddress } from './context.js';
import { isStream, type Transport } from './transport.js';

/** What we use of docker-modem, which dockerode types as `any`. */
interface Modem {
  dial(options: object, callback: (error: Error | null, message: IncomingMessage) => void): void;
}

/** Every status is an answer: what it means is for the caller to say. */
const ANY_STATUS = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [index + 100, true]));

/**
 * Requests through dockerode's modem: tcp, TLS, ssh and Windows pipes.
 * @throws S6tsError `engine-address` for an address of no known kind.
 */
export async function modemTransport(address: EngineAddress): Promise<Transport> {
  const options = await modemOptions(address);
  const { default: Docker } = await import('dockerode');
  const modem = new Docker(options).modem as Modem;
  return (method, path, body, signal) =>
    new Promise((resolve, reject) => {
      const request = {
        method,
        // The modem cuts off the last character of a path that has a query.
        path: path.includes('?') ? `${path}&` : path,
        isStream: true,
        statusCodes: ANY_STATUS,
        ...(body === undefined
          ? {}
          : {
              file: isStream(body.pieces) ? Readable.from(body.pieces) : Buffer.concat(body.pieces),
              headers: { 'Content-Type': body.type },
            }),
        ...(signal === undefined ? {} : { abortSignal: signal }),
      };
      modem.dial(request, (error, message) => {
        if (error === null) resolve(message);
        else reject(error);
      });
    });
}

async function modemOptions({ url, tls }: EngineAddress): Promise<object> {
  const kind = /^[a-z]+(?=:\/\/)/.exec(url)?.[0] ?? '';
  if (kind === 'npipe') return { socketPath: url.slice('npipe://'.length) };
  if (!URL.canParse(url) || !['tcp', 'http', 'https', 'ssh'].includes(kind)) {
    throw new S6tsError('engine-address', `${url} is not the address of an engine`, {
      what: url,
      hint: 'known are unix:///path, tcp://host:port, ssh://user@host and npipe:////./pipe/name',
    });
  }
  const { hostname, port, username } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (kind === 'ssh') {
    return {
      protocol: 'ssh',
      host,
      port: port === '' ? 22 : Number(port),
      username,
      sshOptions: { agent: process.env['SSH_AUTH_SOCK'] },
    };
  }
  const secure = tls !== undefined || kind === 'https';
  if (!secure) return { protocol: 'http', host, port: port === '' ? 2375 : Number(port) };
  const { Agent } = await import('node:https');
  const { verify = true, ...certificates } = tls ?? {};
  return {
    protocol: 'https',
    host,
    port: port === '' ? 2376 : Number(port),
    ...certificates,
    agent: new Agent({ keepAlive: true, rejectUnauthorized: verify, ...certificates }),
  };
}
