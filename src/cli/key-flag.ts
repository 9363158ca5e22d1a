import * as Flags from '@oclif/core/flags';

/** `--key FILE` of every command that takes a release from somewhere. */
export const keyFlag = Flags.string({
  char: 'k',
  multiple: true,
  multipleNonGreedy: true,
  helpValue: 'FILE',
  description:
    "a public key to trust for the release's signature, which then must be there; may be given several times",
});
