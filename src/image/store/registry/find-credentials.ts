import { readAuthFiles, type AuthFile } from './auth-file.js';
import { askHelper } from './credential-helper.js';
import { passwordIn, type Credentials } from './credentials.js';

/** What finding them needs of the world. */
export interface CredentialsContext {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** `USER:PASSWORD`, where the user has said. */
  readonly creds?: string;
  readonly warn: (text: string) => void;
}

/** The name under which Docker keeps what is for its own registry. */
const DOCKER_HUB = 'https://index.docker.io/v1/';

/**
 * What the user has for a repository: `creds`, else the first answer of the auth files, in each of them the registry's
 * credential helper, the entry itself, the helper for all. Undefined: asks as anybody.
 * @throws S6tsError `auth-file` for a file that can't be read.
 */
export async function credentialsFor(
  domain: string,
  repository: string,
  context: CredentialsContext,
): Promise<Credentials | undefined> {
  if (context.creds !== undefined) return passwordIn(context.creds, '--creds');
  for (const file of await readAuthFiles(context.env, context.home)) {
    const found = await within(file, domain, repository, context.warn);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function within(
  file: AuthFile,
  domain: string,
  repository: string,
  warn: (text: string) => void,
): Promise<Credentials | undefined> {
  const server = domain === 'docker.io' ? DOCKER_HUB : domain;
  const helper = file.helpers.get(domain);
  if (helper !== undefined) {
    const answer = await askHelper(helper, server, warn);
    if (answer !== undefined) return answer;
  }
  const entry = file.entryFor(domain, repository);
  if (entry !== undefined) return entry;
  return file.store === undefined ? undefined : askHelper(file.store, server, warn);
}
