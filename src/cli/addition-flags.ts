import * as Flags from '@oclif/core/flags';
import type { AdditionsRequest } from '../image/additions/read-additions.js';

/** What goes into an image beside the overlay: flags of `inject`. */
export const additionFlags = {
  service: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: "NAME='COMMAND'",
    description:
      'add a supervised service: words as for a shell, or a JSON array; may be given several times',
  }),
  files: Flags.string({
    helpValue: 'DIR',
    description:
      'lay a folder over the root: etc/services.d, etc/cont-init.d …; modes and links kept, owner root',
  }),
  env: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'KEY=VALUE',
    description: 'set a variable; may be given several times',
  }),
  cmd: Flags.string({
    helpValue: 'COMMAND',
    description: 'set the CMD: a JSON array, or words as for a shell',
  }),
};

interface GivenFlags {
  readonly service?: readonly string[] | undefined;
  readonly files?: string | undefined;
  readonly env?: readonly string[] | undefined;
  readonly cmd?: string | undefined;
}

/** What the flags ask for; undefined where none is given. */
export function additionsIn({ service, files, env, cmd }: GivenFlags): AdditionsRequest | undefined {
  if ([service, files, env, cmd].every((flag) => flag === undefined)) return undefined;
  return {
    services: service ?? [],
    env: env ?? [],
    ...(files === undefined ? {} : { files }),
    ...(cmd === undefined ? {} : { cmd }),
  };
}
