import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, fileError, S6tsError } from '../../../base/error.js';

/** Certificates for an engine behind TLS, PEM. */
export interface EngineTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** False where the context says to take any certificate. */
  readonly verify: boolean;
}

/** Where an engine listens, and who says so. */
export interface EngineAddress {
  /** As Docker writes it: `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`. */
  readonly url: string;
  /** What the address comes from, for messages: `DOCKER_HOST`, `docker context "lab"`, `the default socket`. */
  readonly from: string;
  readonly tls?: EngineTls;
}

const DEFAULT_SOCKET = 'unix:///var/run/docker.sock';

/**
 * Finds the engine as the docker client does: DOCKER_HOST, DOCKER_CONTEXT, the config's current context, the default
 * socket. @throws S6tsError `docker-context` for a context that is named and not there.
 */
export async function findEngine(env: NodeJS.ProcessEnv, home: string): Promise<EngineAddress> {
  const folder = env['DOCKER_CONFIG'] ?? join(home, '.docker');
  const host = env['DOCKER_HOST'];
  if (host !== undefined && host !== '') return fromHost(host, env, folder);
  const named = env['DOCKER_CONTEXT'];
  const context = named === undefined || named === '' ? await currentContext(folder) : named;
  if (context === undefined || context === 'default')
    return { url: DEFAULT_SOCKET, from: 'the default socket' };
  return fromContext(context, folder);
}

async function fromHost(host: string, env: NodeJS.ProcessEnv, folder: string): Promise<EngineAddress> {
  const url = host.includes('://') ? host : `tcp://${host}`;
  const verify = env['DOCKER_TLS_VERIFY'] ?? '';
  const certificates = env['DOCKER_CERT_PATH'] ?? '';
  if (verify === '' && certificates === '') return { url, from: 'DOCKER_HOST' };
  const tls = await readTls(certificates === '' ? folder : certificates, verify !== '');
  return { url, from: 'DOCKER_HOST', ...(url.startsWith('tcp:') ? { tls } : {}) };
}

async function currentContext(folder: string): Promise<string | undefined> {
  const config = await readJson(join(folder, 'config.json'));
  const context = config === undefined ? undefined : property(config, 'currentContext');
  return typeof context === 'string' && context !== '' ? context : undefined;
}

/** A context's files lie under the SHA-256 of its name (docker/cli, "contexts"). */
async function fromContext(name: string, folder: string): Promise<EngineAddress> {
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(folder, 'contexts', 'meta', id, 'meta.json');
  const meta = await readJson(file);
  const endpoint = property(property(meta, 'Endpoints'), 'docker');
  const url = property(endpoint, 'Host');
  if (typeof url !== 'string') {
    throw new S6tsError('docker-context', `there is no docker context "${name}" with an engine in it`, {
      what: file,
      hint: 'see `docker context ls`; `unset DOCKER_CONTEXT` or `docker context use default` goes back to the default',
    });
  }
  const skip = property(endpoint, 'SkipTLSVerify') === true;
  const tls = await readTls(join(folder, 'contexts', 'tls', id, 'docker'), !skip);
  const hasTls = skip || tls.ca !== undefined || tls.cert !== undefined;
  return { url, from: `docker context "${name}"`, ...(hasTls ? { tls } : {}) };
}

async function readTls(folder: string, verify: boolean): Promise<EngineTls> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readIfThere(join(folder, name))),
  );
  return {
    verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

async function readJson(file: string): Promise<unknown> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text.toString()) as unknown;
  } catch (error) {
    throw fileError('read', file, error);
  }
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw fileError('read', file, error);
  }
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
