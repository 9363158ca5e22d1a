import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, fileError, S6tsError } from '../../../base/error.js';
import { isObject, type JsonObject } from '../../../base/json-object.js';
import { configHome } from '../../../base/user-folders.js';
import { passwordIn, type Credentials } from './credentials.js';

/** One of the files in which docker, podman and skopeo keep credentials (containers-auth.json(5)). */
export interface AuthFile {
  /** Registry → the program that knows its credentials. */
  readonly helpers: ReadonlyMap<string, string>;
  /** The program that knows all others. */
  readonly store?: string;
  /** The entry of the longest prefix of `DOMAIN/REPOSITORY`. */
  entryFor(domain: string, repository: string): Credentials | undefined;
}

/**
 * Those that are there, in the order in which they are asked: the one of REGISTRY_AUTH_FILE alone where that is set; else
 * Docker's where DOCKER_CONFIG says, podman's of this session and of this user, Docker's in the home folder.
 * @throws S6tsError `auth-file` | `file-error`.
 */
export async function readAuthFiles(env: NodeJS.ProcessEnv, home: string): Promise<readonly AuthFile[]> {
  const files = await Promise.all(authPaths(env, home).map(readAuthFile));
  return files.filter((file) => file !== undefined);
}

function authPaths(env: NodeJS.ProcessEnv, home: string): readonly string[] {
  const set = (name: string): string[] => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [value];
  };
  const [only] = set('REGISTRY_AUTH_FILE');
  if (only !== undefined) return [only];
  return [
    ...set('DOCKER_CONFIG').map((folder) => join(folder, 'config.json')),
    ...set('XDG_RUNTIME_DIR').map((folder) => join(folder, 'containers', 'auth.json')),
    join(
      configHome(env, () => home),
      'containers',
      'auth.json',
    ),
    ...(set('DOCKER_CONFIG').length > 0 ? [] : [join(home, '.docker', 'config.json')]),
  ];
}

async function readAuthFile(path: string): Promise<AuthFile | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
    if (errno !== undefined) throw fileError('read the credentials', path, error);
  }
  // What JSON.parse says of a bad file quotes it.
  if (!isObject(value))
    throw new S6tsError('auth-file', `${path} is not valid: no JSON object`, { what: path });
  const auths = byRegistry(value['auths']);
  const store = value['credsStore'];
  return {
    helpers: new Map([...byRegistry(value['credHelpers'])].filter(isText)),
    ...(typeof store === 'string' && store !== '' ? { store } : {}),
    entryFor: (domain, repository) => {
      const key = prefixesOf(`${domain}/${repository}`).find((prefix) => auths.has(prefix));
      const entry = key === undefined ? undefined : auths.get(key);
      return isObject(entry) ? credentialsIn(entry, path) : undefined;
    },
  };
}

/** `a/b/c`, `a/b`, `a` */
function prefixesOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}

/** An object's values, by registries as references name them: Docker's keys may be URLs. */
function byRegistry(value: unknown): ReadonlyMap<string, unknown> {
  if (!isObject(value)) return new Map();
  return new Map(Object.entries(value).map(([key, of]) => [registryOf(key), of]));
}

function registryOf(key: string): string {
  const name = key.replace(/^https?:\/\//, '').replace(/\/v[12]\/?$|\/$/, '');
  return name === 'index.docker.io' || name === 'registry-1.docker.io' ? 'docker.io' : name;
}

function isText(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string' && entry[1] !== '';
}

function credentialsIn(entry: JsonObject, from: string): Credentials | undefined {
  const text = (key: string): string => {
    const value = entry[key];
    return typeof value === 'string' ? value : '';
  };
  if (text('identitytoken') !== '') return { kind: 'identity', token: text('identitytoken'), from };
  if (text('registrytoken') !== '') return { kind: 'bearer', token: text('registrytoken'), from };
  if (text('auth') !== '') {
    // Docker pads some with NUL.
    return passwordIn(Buffer.from(text('auth'), 'base64').toString().replace(/\0+$/, ''), from);
  }
  if (text('username') === '') return undefined;
  return { kind: 'password', username: text('username'), password: text('password'), from };
}
