import * as Flags from '@oclif/core/flags';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { terminalPrompt } from '../cli/prompt.js';
import { plain } from '../cli/render.js';
import { makeKey, type MadeKey } from '../overlay/signature/key-store.js';

export default class Keygen extends BaseCommand<MadeKey> {
  static override summary = 'Make the OpenPGP key that releases are signed with.';

  static override description = `Writes private.asc (mode 0600) and public.asc into \${XDG_CONFIG_HOME:-~/.config}/s6ts. Files that are there already are
never overwritten. The key is Ed25519, signs only, and does not expire; gpg 2.2 and newer can import it.

The passphrase comes from --passphrase-file; else it is asked for on the terminal, twice; without a terminal it is taken
from S6TS_PASSPHRASE. --no-passphrase leaves the private key unlocked on disk.`;

  static override examples = [
    '<%= config.bin %> keygen --name "Jane Doe" --email jane@example.org',
    '<%= config.bin %> keygen --name "CI of example.org" --email ci@example.org --no-passphrase',
  ];

  static override flags = {
    name: Flags.string({ required: true, helpValue: 'NAME', description: 'whose key it is' }),
    email: Flags.string({ required: true, helpValue: 'ADDRESS', description: 'the address in the key' }),
    'passphrase-file': Flags.string({
      helpValue: 'FILE',
      exclusive: ['no-passphrase'],
      description: 'a file whose first line locks the private key',
    }),
    'no-passphrase': Flags.boolean({ description: 'leave the private key unlocked' }),
  };

  protected override async work(): Promise<Outcome<MadeKey>> {
    const { flags } = await this.parse(Keygen);
    const made = await makeKey({
      name: flags.name,
      email: flags.email,
      noPassphrase: flags['no-passphrase'],
      passphraseFile: flags['passphrase-file'],
      env: process.env,
      prompt: terminalPrompt(),
      now: new Date(),
    });
    return { json: made, text: plain(summary(made)) };
  }
}

function summary(made: MadeKey): string {
  return `made the key of ${made.userId}
  fingerprint ${made.fingerprint}
  private key ${made.privateFile} (${made.locked ? 'locked by the passphrase' : 'not locked: whoever reads it can sign'}; keep a copy in a safe place)
  public key  ${made.publicFile} (give this one away, and tell its fingerprint by another way)
  it does not expire
next: s6ts build-release signs with it; s6ts sign FILE signs any file; gpg --import public.asc lets gpg --verify read its signatures`;
}
