import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, fileError, S6tsError } from '../../../base/error.js';
import { parseControl } from './control.js';

export interface MirrorOptions {
  /** --mirror. */
  readonly option?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where apt's configuration lies. Default /etc/apt. */
  readonly apt?: string;
}

/**
 * The root of a Debian mirror, without a final slash: --mirror, else S6TS_MIRROR, else the first Debian archive in
 * this machine's own apt configuration (sources.list(5), both formats, mirror+file lists included).
 * @throws S6tsError `mirror-unknown`, `mirror-malformed`.
 */
export async function findMirror({ option, env, apt = '/etc/apt' }: MirrorOptions): Promise<string> {
  for (const [name, value] of [
    ['--mirror', option],
    ['S6TS_MIRROR', env['S6TS_MIRROR']],
  ] as const) {
    if (value !== undefined && value !== '') return checked(value, name);
  }
  for (const uri of await aptUris(apt)) {
    // One with a password may be a private copy; apt keeps it to itself, and so do we.
    if (/^https?:\/\/[^@]+$/.test(uri) && isMainArchive(uri)) return checked(uri, apt);
  }
  throw new S6tsError('mirror-unknown', `no Debian mirror is known: ${apt} names none`, {
    what: apt,
    hint: 'give one: --mirror URL, or the variable S6TS_MIRROR',
  });
}

/** The archive proper, not the one of security updates, backports of others, or a vendor's. */
function isMainArchive(uri: string): boolean {
  return /\/debian\/?$/.test(uri);
}

function checked(uri: string, from: string): string {
  const hint = 'a mirror is the URL of the folder that holds dists/ and pool/';
  if (!URL.canParse(uri) || !/^https?:$/.test(new URL(uri).protocol)) {
    throw new S6tsError('mirror-malformed', `${from} names no http or https URL: ${uri}`, {
      what: uri,
      hint,
    });
  }
  const { username, password, search, hash, host } = new URL(uri);
  if (username !== '' || password !== '') {
    // Not the URL itself: messages end in logs.
    throw new S6tsError('mirror-malformed', `${from} holds a name or password for ${host}: none is sent`, {
      what: host,
      hint: 'leave them out; a mirror that asks for them can be reached through a proxy (http_proxy)',
    });
  }
  if (search !== '' || hash !== '') {
    throw new S6tsError('mirror-malformed', `${from} has a ? or # part: ${uri}`, { what: uri, hint });
  }
  return uri.replace(/\/+$/, '');
}

async function aptUris(apt: string): Promise<string[]> {
  const parts = join(apt, 'sources.list.d');
  const names = (await orNothing(() => readdir(parts), parts, [])).sort();
  const files = [
    join(apt, 'sources.list'),
    ...names.filter((name) => /\.(list|sources)$/.test(name)).map((name) => join(parts, name)),
  ];
  const uris: string[] = [];
  for (const file of files) {
    const text = await orNothing(() => readFile(file, 'utf8'), file, '');
    uris.push(...(file.endsWith('.sources') ? deb822Uris(text, file) : oneLineUris(text)));
  }
  return (await Promise.all(uris.map(mirrorList))).flat();
}

/** `deb [options] uri suite components`. */
function oneLineUris(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const uri = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)/.exec(line)?.[1];
    return uri === undefined ? [] : [uri];
  });
}

function deb822Uris(text: string, file: string): string[] {
  return parseControl(text, file)
    .filter((stanza) => /\bdeb\b/.test(stanza.get('types') ?? '') && stanza.get('enabled') !== 'no')
    .flatMap((stanza) => (stanza.get('uris') ?? '').split(/\s+/))
    .filter((uri) => uri !== '');
}

/** `mirror+file:/path`: a list of mirrors, one a line, options after a tab (apt-transport-mirror(1)). */
async function mirrorList(uri: string): Promise<string[]> {
  const path = /^mirror\+file:(?:\/\/)?(\/.*)$/.exec(uri)?.[1];
  if (path === undefined) return [uri];
  const text = await orNothing(() => readFile(path, 'utf8'), path, '');
  return text
    .split('\n')
    .map((line) => line.split('\t')[0]?.trim() ?? '')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

async function orNothing<T>(read: () => Promise<T>, path: string, nothing: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return nothing;
    throw fileError('read', path, error);
  }
}
