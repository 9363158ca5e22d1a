import * as Flags from '@oclif/core/flags';
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
