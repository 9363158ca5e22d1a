import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** `${XDG_CACHE_HOME:-~/.cache}/s6ts` (XDG base directory specification: a relative value is to be ignored). */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(xdg(env['XDG_CACHE_HOME']) ?? join(home(env), '.cache'), 's6ts');
}

/** `${XDG_CONFIG_HOME:-~/.config}/s6ts`. */
export function configFolder(env: NodeJS.ProcessEnv): string {
  return join(xdg(env['XDG_CONFIG_HOME']) ?? join(home(env), '.config'), 's6ts');
}

function xdg(value: string | undefined): string | undefined {
  return value !== undefined && isAbsolute(value) ? value : undefined;
}

function home(env: NodeJS.ProcessEnv): string {
  return xdg(env['HOME']) ?? homedir();
}
