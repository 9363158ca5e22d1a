import * as Flags from '@oclif/core/flags';
import { S6tsError } from '../base/error.js';
import type { RegistryOptions } from '../image/store.js';
import { terminalPrompt } from './prompt.js';

/** The flags of every command that may speak to a registry; named as skopeo's, where it has them. */
export const registryFlags = {
  insecure: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'HOST[:PORT]',
    description:
      'a registry whose certificate is not looked at, and that may speak plain http; may be given several times',
  }),
  creds: Flags.string({
    helpValue: 'USER[:PASSWORD]',
    description: 'who logs in to the registry; default: what docker, podman or skopeo login has kept',
  }),
  'cert-dir': Flags.string({
    helpValue: 'DIR',
    description:
      "a folder with a registry's *.crt, *.cert and *.key; default: HOST:PORT in /etc/docker/certs.d or podman's",
  }),
};

interface Given {
  readonly insecure?: readonly string[] | undefined;
  readonly creds?: string | undefined;
  readonly 'cert-dir'?: string | undefined;
}

/** What was given; a password that wasn't is asked for on a terminal. */
export async function registryOptions({
  insecure,
  creds,
  'cert-dir': certDir,
}: Given): Promise<RegistryOptions> {
  for (const host of insecure ?? []) assertHost(host);
  const ask = terminalPrompt();
  const whole =
    creds === undefined || creds.includes(':') || ask === undefined
      ? creds
      : `${creds}:${await ask(`password of ${creds}: `)}`;
  return {
    insecure: insecure ?? [],
    patience: {},
    ...(whole === undefined ? {} : { creds: whole }),
    ...(certDir === undefined ? {} : { certDir }),
  };
}

/** A URL, say, would be compared with names of hosts, and never be one. */
function assertHost(text: string): void {
  const bare = /^(?:[a-z]+:\/\/)?(?:[^@/]*@)?([^@/]+)/i.exec(text)?.[1] ?? 'localhost:5000';
  const host = /^[\da-f]*:[\da-f:]*:[\da-f]*$/i.test(bare) ? `[${bare}]` : bare;
  if (/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(text)) return;
  throw new S6tsError('usage', `--insecure ${text} is no HOST[:PORT]`, {
    hint: `for instance: --insecure ${host}`,
  });
}
