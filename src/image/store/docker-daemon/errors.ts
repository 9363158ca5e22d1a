import { errnoOf, reasonOf, S6tsError } from '../../../base/error.js';
import type { EngineAddress } from './context.js';
import type { EngineAnswer } from './transport.js';

/** Words a failure to reach the engine, or its going away in the middle. An S6tsError passes through. */
export function connectionError(address: EngineAddress, error: unknown): S6tsError {
  if (error instanceof S6tsError) return error;
  const { url, from } = address;
  const errno = errnoOf(error);
  const about = { what: url, cause: error };
  switch (errno) {
    case 'EACCES':
    case 'EPERM':
      return new S6tsError('engine-denied', `no permission to use the Docker engine at ${url} (${from})`, {
        ...about,
        hint: 'run it as root, or as a member of the group that owns the socket: `sudo usermod -aG docker "$USER"`, then log in anew',
      });
    case 'ENOENT':
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EHOSTUNREACH':
    case 'ETIMEDOUT':
    case 'ENOTSOCK':
      return new S6tsError(
        'engine-unreachable',
        `no Docker engine answers at ${url} (${from}): ${reasonOf(error)}`,
        {
          ...about,
          hint: 'start it (`systemctl start docker`), or name another one with DOCKER_HOST or DOCKER_CONTEXT',
        },
      );
    case 'ABORT_ERR':
      return new S6tsError('interrupted', 'interrupted', about);
    default:
      return new S6tsError(
        'engine-lost',
        `the Docker engine at ${url} (${from}) went away in the middle: ${reasonOf(error)}`,
        {
          ...about,
          hint: 'see its log (`journalctl -u docker`), start it again and repeat the command: nothing was changed under the new name',
        },
      );
  }
}

/** What the engine itself says is wrong, in its `{"message"}`. */
export function messageOf(answer: Pick<EngineAnswer, 'status' | 'text'>): string {
  try {
    const body: unknown = JSON.parse(answer.text);
    if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string')
      return body.message;
  } catch {
    // Not JSON: a proxy's page, say. Its first line is the best there is.
  }
  return `status ${answer.status} ${answer.text.split('\n', 1)[0] ?? ''}`.trim();
}

/** Refuses any answer but a good one. @throws S6tsError `engine-refused`: "cannot DO: what the engine says". */
export function expectGood<T extends EngineAnswer>(answer: T, toDo: string): T {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new S6tsError('engine-refused', `the Docker engine cannot ${toDo}: ${messageOf(answer)}`);
}
