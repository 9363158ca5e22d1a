import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { terminalPrompt } from '../cli/prompt.js';
import { oneLine } from '../cli/render.js';
import { signFile, type SignedFile } from '../overlay/signature/sign-file.js';
import { loadSigningKey } from '../overlay/signature/signing-key.js';
import { gpgSigner } from '../overlay/signature/gpg-signer.js';
import { warnOfExpiry, type SignatureMaker } from '../overlay/signature/signer.js';
import type { Signer } from '../overlay/signature/verdict.js';

/** What `--json` prints. */
interface SignReport {
  readonly signer: Signer;
  readonly signed: readonly SignedFile[];
}

export default class Sign extends BaseCommand<SignReport> {
  static override summary =
    'Sign files: a detached OpenPGP signature FILE.sig beside each, as gpg --verify reads it.';

  static override description = `The key is private.asc in the folder of your configuration (\${XDG_CONFIG_HOME:-~/.config}/s6ts; s6ts keygen makes one),
or --key FILE: any private key that gpg exports, or one that stays with your gpg and its agent or card: --gpg KEYID. A locked key's passphrase comes from --passphrase-file, else from
S6TS_PASSPHRASE, else it is asked for on the terminal. Each signature is verified before it gets its name; one that is
there already is replaced.`;

  static override examples = [
    '<%= config.bin %> sign s6-overlay-amd64.tar.gz SHA256SUMS',
    '<%= config.bin %> sign image.tar --key release-private.asc --passphrase-file passphrase',
    '<%= config.bin %> sign image.tar --gpg jane@example.org',
  ];

  static override strict = false;

  static override args = {
    file: Args.string({
      ignoreStdin: true,
      name: 'FILE...',
      description: 'the files to sign',
      required: true,
    }),
  };

  static override flags = {
    key: Flags.string({ char: 'k', helpValue: 'FILE', description: 'the private key to sign with' }),
    gpg: Flags.string({
      helpValue: 'KEYID',
      exclusive: ['key', 'passphrase-file'],
      description: 'let your own gpg sign with this key: its agent, pinentry or smart card',
    }),
    'passphrase-file': Flags.string({
      helpValue: 'FILE',
      description: "a file whose first line is the key's passphrase",
    }),
  };

  protected override async work(): Promise<Outcome<SignReport>> {
    const { argv, flags } = await this.parse(Sign);
    const clock = (): Date => new Date();
    const [env, now] = [process.env, clock()];
    const key: SignatureMaker =
      flags.gpg === undefined
        ? await loadSigningKey({
            file: flags.key,
            env,
            now,
            passphraseFile: flags['passphrase-file'],
            prompt: terminalPrompt(),
          })
        : await gpgSigner({ keyId: flags.gpg, env, now, signal: this.interrupt.signal });
    warnOfExpiry(key, now, this.progress);
    const signed: SignedFile[] = [];
    for (const file of argv.map(String)) {
      signed.push(
        await signFile({
          file,
          key,
          clock,
          progress: this.progress,
          signal: this.interrupt.signal,
        }),
      );
    }
    const lines = signed.map(({ file, signature }) => `signed ${oneLine(file)}\n  → ${oneLine(signature)}`);
    return {
      json: { signer: key.signer, signed },
      text: `${lines.join('\n')}\n  by ${oneLine(key.signer.userId)}, key ${key.signer.fingerprint}`,
    };
  }
}
