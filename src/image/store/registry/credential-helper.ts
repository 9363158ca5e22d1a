import { execFile } from 'node:child_process';
import { errnoOf, S6tsError } from '../../../base/error.js';
import { isObject, jsonOrNothing } from '../../../base/json-object.js';
import type { Credentials } from './credentials.js';

/** A helper that asks somebody (a fingerprint, a PIN) takes its time. */
const LIMIT_MS = 60_000;

/** What helpers say who know nothing of a registry; there is no code for it (docker-credential-helpers, "credentials"). */
const NOT_FOUND = /credentials not found|no credentials server URL|not found in native keychain/i;

/**
 * Asks `docker-credential-NAME get`, the server's name on its stdin. Undefined where it knows none; one that isn't
 * installed is warned of, as what is public needs none. @throws S6tsError `credential-helper`.
 */
export async function askHelper(
  name: string,
  server: string,
  warn: (text: string) => void,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  const { error, stdout } = await new Promise<{ error: Error | null; stdout: string }>((resolve) => {
    const child = execFile(program, ['get'], { timeout: LIMIT_MS }, (failure, out) =>
      resolve({ error: failure, stdout: out }),
    );
    // It may end without reading: its exit code says what there is to say.
    child.stdin?.on('error', () => undefined).end(server);
  });
  if (errnoOf(error) === 'ENOENT') {
    warn(
      `${program}, which the Docker config names for ${server}, is not installed: asked without credentials`,
    );
    return undefined;
  }
  if (error !== null) {
    if (NOT_FOUND.test(stdout)) return undefined;
    throw new S6tsError('credential-helper', `${program} has failed for ${server}`, {
      what: program,
      hint: `see what it says: echo ${server} | ${program} get`,
      // Not `error` itself, whose text may hold what the program wrote.
    });
  }
  return credentialsIn(stdout, program);
}

function credentialsIn(stdout: string, program: string): Credentials {
  const value = jsonOrNothing(stdout);
  const { Username: username, Secret: secret } = isObject(value) ? value : {};
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw new S6tsError('credential-helper', `${program} has answered without Username and Secret`, {
      what: program,
    });
  }
  return username === '<token>'
    ? { kind: 'identity', token: secret, from: program }
    : { kind: 'password', username, password: secret, from: program };
}
