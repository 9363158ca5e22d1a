import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { S6tsError } from '../base/error.js';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { pathValue } from '../cli/path-value.js';
import { oneLine } from '../cli/render.js';
import { humanBytes } from '../cli/terminal-progress.js';
import { terminalPrompt } from '../cli/prompt.js';
import { ARCHITECTURES, parseArchitectures } from '../overlay/architecture.js';
import { changeLines, stayed } from '../cli/lock-changes.js';
import { buildReleaseFrom, releaseKey, type BuiltRelease } from '../overlay/build-release.js';
import { tarballName } from '../overlay/meta.js';
import { refreshSkawareLock, type RefreshReport } from '../overlay/refresh-skaware-lock.js';

/** What was written, and with --refresh what became of the lock. */
type Result = Partial<BuiltRelease> & { readonly lock?: RefreshReport };

export default class BuildRelease extends BaseCommand<Result> {
  static override summary = 'Build the overlay tarballs, what they are made of, checksums and signatures.';
  static override description =
    "Every byte is checked on its way from the distribution's signed index; the same inputs give the same files.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> --arch all',
    '<%= config.bin %> <%= command.id %> --arch amd64 --arch linux/arm/v7',
    '<%= config.bin %> <%= command.id %> --arch amd64 --out release-out --sign-key private.asc',
    '<%= config.bin %> <%= command.id %> --arch amd64 --best --gpg 0123456789ABCDEF',
    '<%= config.bin %> <%= command.id %> --arch amd64 --best',
    '<%= config.bin %> <%= command.id %> --arch amd64 --no-sign --json',
    '<%= config.bin %> <%= command.id %> --arch amd64 --skaware file:///skaware',
    '<%= config.bin %> <%= command.id %> --refresh',
    '<%= config.bin %> <%= command.id %> --refresh --allow-unvouched --lock my.lock.json --arch all',
  ];
  // Only so that its error can say what was meant.
  static override args = { architecture: Args.string({ ignoreStdin: true, hidden: true }) };

  static override flags = {
    arch: Flags.string({
      description: 'architecture, under any of its names, or all; may be repeated. Default: all',
      multiple: true,
    }),
    copies: Flags.boolean({
      description: "make the files under TARGETARCH's names (386 arm arm64) copies, not links",
      default: false,
    }),
    out: Flags.string({ description: 'folder to write into', default: 'release-out', parse: pathValue }),
    mirror: Flags.string({
      description: "Debian mirror; default: S6TS_MIRROR, else that of this machine's apt",
    }),
    frozen: Flags.boolean({
      description: 'use nothing but what the lock pins',
      default: false,
      exclusive: ['refresh'],
    }),
    lock: Flags.string({
      parse: pathValue,
      helpValue: 'FILE',
      description: 'lock to build from; default: that of s6ts',
    }),
    refresh: Flags.boolean({
      description:
        'renew the lock from the signed index and say what changed (exit code 1: an architecture stayed as it was); then build, if --arch is given',
    }),
    'allow-unvouched': Flags.boolean({
      description: 'with --refresh: lock packages that no signed index vouches for now, with a mark',
      dependsOn: ['refresh'],
    }),
    skaware: Flags.string({
      helpValue: 'URL',
      description:
        "static skaware programs in place of Debian's: file:///FOLDER or http(s) URL; default: SKAWARE_SOURCE",
    }),
    best: Flags.boolean({
      description: 'pack as small as can be: some 40 seconds more for each architecture; for releases',
      default: false,
    }),
    'sign-key': Flags.string({
      parse: pathValue,
      description: 'file with the private key; default: the one of s6ts keygen',
      exclusive: ['no-sign'],
    }),
    gpg: Flags.string({
      helpValue: 'KEYID',
      description: 'let your own gpg sign with this key: its agent, pinentry or smart card',
      exclusive: ['no-sign', 'sign-key', 'passphrase-file'],
    }),
    'passphrase-file': Flags.string({
      parse: pathValue,
      description: 'file whose first line is the passphrase of the key',
      exclusive: ['no-sign'],
    }),
    'no-sign': Flags.boolean({ description: 'leave the release unsigned', default: false }),
  };

  protected override async work(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(BuildRelease);
    if (args.architecture !== undefined) throw unflagged(args.architecture);
    const [env, now] = [process.env, new Date()];
    const context = { progress: this.progress, signal: this.interrupt.signal };
    const { arch: architectures = [], lock, mirror } = flags;
    parseArchitectures(architectures); // a mistyped name is said before a missing key
    const refreshed = flags.refresh
      ? await refreshSkawareLock({
          lock,
          architectures,
          mirror,
          allowUnvouched: flags['allow-unvouched'],
          env,
          now,
          context,
        })
      : undefined;
    const no = refreshed !== undefined && stayed(refreshed).length > 0;
    if (refreshed !== undefined && architectures.length === 0)
      return { json: { lock: refreshed }, text: changeLines(refreshed).join('\n'), no };
    const key = flags['no-sign']
      ? undefined
      : await releaseKey({
          file: flags['sign-key'],
          gpg: flags.gpg,
          passphraseFile: flags['passphrase-file'],
          prompt: terminalPrompt(),
          env,
          now,
        });
    const built = await buildReleaseFrom({
      architectures: architectures.length === 0 ? ['all'] : architectures,
      folder: flags.out,
      elsewhere: 'choose another folder with --out DIR',
      mirror,
      frozen: flags.frozen,
      lock,
      copies: flags.copies,
      skaware: flags.skaware,
      compression: flags.best ? 'best' : 'fast',
      key,
      env,
      now,
      clock: () => new Date(),
      context,
    });
    return {
      json: refreshed === undefined ? built : { ...built, lock: refreshed },
      text: [...(refreshed === undefined ? [] : changeLines(refreshed)), ...fileLines(built)].join('\n'),
      no,
    };
  }
}

function unflagged(word: string): S6tsError {
  return new S6tsError('usage', `build-release takes no word without a flag: ${word}`, {
    what: word,
    hint: `did you mean --arch ${word}?`,
  });
}

/** The overlay of each architecture; what lies beside it is counted. */
function fileLines({ folder, files }: BuiltRelease): string[] {
  const overlays = new Set(ARCHITECTURES.map((architecture) => tarballName(architecture)));
  const shown = files.filter(({ name }) => overlays.has(name));
  const width = Math.max(...shown.map(({ name }) => name.length));
  return [
    `written to ${oneLine(folder)}:`,
    ...shown.map(({ name, size }) => `  ${name.padEnd(width)}  ${humanBytes(size)}`),
    `  and ${files.length - shown.length} files beside: add-on, bills of materials, provenance, checksums and, where it is signed, signatures (--json lists all)`,
  ];
}
