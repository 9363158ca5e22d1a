import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { S6tsError } from './error.js';

/**
 * `${XDG_CACHE_HOME:-~/.cache}/s6ts` (XDG base directory specification: a relative value is to be ignored).
 * @throws S6tsError `home-missing`
 */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(xdg(env['XDG_CACHE_HOME']) ?? join(home(env), '.cache'), 's6ts');
}

/** `${XDG_CONFIG_HOME:-~/.config}/s6ts`. @throws S6tsError `home-missing` */
export function configFolder(env: NodeJS.ProcessEnv): string {
  return join(configHome(env), 's6ts');
}

/** `${XDG_CONFIG_HOME:-~/.config}`, where all programs keep what the user has told them. @throws S6tsError `home-missing` */
export function configHome(env: NodeJS.ProcessEnv, homeFolder = (): string => home(env)): string {
  return xdg(env['XDG_CONFIG_HOME']) ?? join(homeFolder(), '.config');
}

/** HOME, else the account's; `/` for a user by number alone, for whom engines set HOME so, too. */
export function homeFolder(env: NodeJS.ProcessEnv): string {
  try {
    return home(env);
  } catch {
    return '/';
  }
}

function xdg(value: string | undefined): string | undefined {
  return value !== undefined && isAbsolute(value) ? value : undefined;
}

function home(env: NodeJS.ProcessEnv): string {
  return xdg(env['HOME']) ?? homeOfAccount();
}

/** As the account table has it; os.homedir() would take a relative HOME. */
function homeOfAccount(): string {
  try {
    return userInfo().homedir;
  } catch (cause) {
    // A container's user by number alone has no account.
    throw new S6tsError('home-missing', 'this user has no home folder, and HOME names none', {
      what: 'HOME',
      hint: 'set HOME, or both XDG_CONFIG_HOME and XDG_CACHE_HOME, to folders of your own',
      cause,
    });
  }
}
