import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { oneLine } from '../cli/render.js';
import { humanBytes } from '../cli/terminal-progress.js';
import { terminalPrompt } from '../cli/prompt.js';
import { buildReleaseFrom, releaseKey, type BuiltRelease } from '../overlay/build-release.js';

export default class BuildRelease extends BaseCommand<BuiltRelease> {
  static override summary = 'Build the overlay tarballs, their checksums and signatures.';
  static override description =
    "Every byte is checked on its way from the distribution's signed index; the same inputs give the same files.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> --arch amd64',
    '<%= config.bin %> <%= command.id %> --arch amd64 --out release-out --sign-key private.asc',
    '<%= config.bin %> <%= command.id %> --arch amd64 --no-sign --json',
  ];
  static override flags = {
    arch: Flags.string({
      description: 'architecture, under any of its names; may be repeated',
      multiple: true,
      required: true,
    }),
    out: Flags.string({ description: 'folder to write into', default: 'release-out' }),
    mirror: Flags.string({
      description: "Debian mirror; default: S6TS_MIRROR, else that of this machine's apt",
    }),
    frozen: Flags.boolean({ description: 'use nothing but what the lock pins', default: false }),
    'sign-key': Flags.string({
      description: 'file with the private key; default: the one of s6ts keygen',
      exclusive: ['no-sign'],
    }),
    'passphrase-file': Flags.string({
      description: 'file whose first line is the passphrase of the key',
      exclusive: ['no-sign'],
    }),
    'no-sign': Flags.boolean({ description: 'leave the release unsigned', default: false }),
  };

  protected override async work(): Promise<Outcome<BuiltRelease>> {
    const { flags } = await this.parse(BuildRelease);
    const [env, now] = [process.env, new Date()];
    const key = flags['no-sign']
      ? undefined
      : await releaseKey({
          file: flags['sign-key'],
          passphraseFile: flags['passphrase-file'],
          prompt: terminalPrompt(),
          env,
          now,
        });
    const built = await buildReleaseFrom({
      architectures: flags.arch,
      folder: flags.out,
      elsewhere: 'choose another folder with --out DIR',
      mirror: flags.mirror,
      frozen: flags.frozen,
      key,
      env,
      now,
      context: { progress: this.progress, signal: this.interrupt.signal },
    });
    const width = Math.max(...built.files.map(({ name }) => name.length));
    const lines = built.files.map(({ name, size }) => `${name.padEnd(width)}  ${humanBytes(size)}`);
    return {
      json: built,
      text: [`written to ${oneLine(built.folder)}:`, ...lines.map((line) => `  ${line}`)].join('\n'),
    };
  }
}
