import { Args, Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { oneLine } from '../cli/render.js';
import { signedFileOf } from '../overlay/signature/names.js';
import { trustedKeys } from '../overlay/signature/trusted-keys.js';
import { when, type Verdict } from '../overlay/signature/verdict.js';
import { verifyFile } from '../overlay/signature/verify-file.js';

/** What `--json` prints. */
interface VerifyReport {
  readonly good: boolean;
  readonly file: string;
  readonly signature: string;
  readonly verdict: Verdict;
}

export default class Verify extends BaseCommand<VerifyReport> {
  static override summary = 'Check a signature: who signed, with which key, when.';

  static override description = `Exit code 0: good. 1: a changed file, a signature by an unknown, expired or revoked key, with a weak digest, cut off, or of
another file. 2: a file is missing or can't be read.

A key is trusted because it is given with --key, ships with s6ts, or lies in the folder of your configuration
(\${XDG_CONFIG_HOME:-~/.config}/s6ts): public.asc, trusted/*.asc. Never because it came with the signature. In a file
with several signatures, one good one by a trusted key is enough.`;

  static override examples = [
    '<%= config.bin %> verify s6-overlay-amd64.tar.gz.sig',
    '<%= config.bin %> verify SHA256SUMS.sig --key release-key.asc',
    '<%= config.bin %> verify download.asc other/name.tar.gz --json',
  ];

  static override args = {
    signature: Args.string({
      name: 'FILE.sig',
      description: 'the signature, binary or armoured',
      required: true,
    }),
    file: Args.string({
      name: 'FILE',
      description: "what was signed; default: the signature's name without .sig or .asc",
    }),
  };

  static override flags = {
    key: Flags.string({
      char: 'k',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
      description: 'a public key to trust; may be given several times',
    }),
  };

  protected override async work(): Promise<Outcome<VerifyReport>> {
    const { args, flags } = await this.parse(Verify);
    const file = args.file ?? signedFileOf(args.signature);
    const keys = await trustedKeys({ files: flags.key ?? [], env: process.env });
    this.progress.stage(`verify ${file}`);
    const verdict = await verifyFile({
      signatureFile: args.signature,
      file,
      keys,
      now: new Date(),
      onBytes: (done, total) => this.progress.bytes(done, total),
      signal: this.interrupt.signal,
    });
    return {
      json: { good: verdict.kind === 'good', file, signature: args.signature, verdict },
      text: sentence(oneLine(file), verdict),
      no: verdict.kind === 'bad',
    };
  }
}

function sentence(file: string, verdict: Verdict): string {
  if (verdict.kind === 'good') {
    const { userId, fingerprint, signingFingerprint } = verdict.signer;
    const sub = signingFingerprint === fingerprint ? '' : `\n  sub-key ${signingFingerprint}`;
    const because = oneLine(verdict.trustedBy.join(', '));
    return `good: ${file}\n  signed by ${oneLine(userId)}\n  key ${fingerprint}${sub}\n  on ${when(verdict.made)}\n  trusted because of ${because}`;
  }
  const who =
    verdict.signer === undefined
      ? ''
      : `\n  names the key of ${oneLine(verdict.signer.userId)}, ${verdict.signer.fingerprint}`;
  const hint = verdict.hint === undefined ? '' : `\n  → ${verdict.hint}`;
  return `NOT good: ${file}: ${oneLine(verdict.explanation)} (${verdict.reason})${who}${hint}`;
}
