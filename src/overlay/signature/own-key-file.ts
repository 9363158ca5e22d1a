import { join } from 'node:path';
import { configFolder } from '../../base/user-folders.js';

/** The user's own private key. */
export function ownPrivateKeyFile(env: NodeJS.ProcessEnv): string {
  return join(configFolder(env), 'private.asc');
}
