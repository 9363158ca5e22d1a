import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { S6tsError } from '../base/error.js';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { oneLine } from '../cli/render.js';
import { signedFileOf } from '../overlay/signature/names.js';
import { trustedKeys } from '../overlay/signature/trusted-keys.js';
import { when, type Verdict } from '../overlay/signature/verdict.js';
import { verifyFile } from '../overlay/signature/verify-file.js';
import { rebuild, type Rebuilt } from '../overlay/rebuild.js';

/** What `--json` prints. */
interface VerifyReport {
  readonly good: boolean;
  readonly file: string;
  readonly signature: string;
  readonly verdict: Verdict;
}

export default class Verify extends BaseCommand<VerifyReport | Rebuilt> {
  static override summary =
    'Check a signature: who signed, with which key, when; or build a tarball again and compare.';

  static override description = `Exit code 0: good. 1: a changed file, a signature by an unknown, expired or revoked key, with a weak digest, cut off, or of
another file. 2: a file is missing or can't be read.

A key is trusted because it is given with --key, ships with s6ts, or lies in the folder of your configuration
(\${XDG_CONFIG_HOME:-~/.config}/s6ts): public.asc, trusted/*.asc. Never because it came with the signature. In a file
with several signatures, one good one by a trusted key is enough.

--rebuild FILE looks at no signature, so that the two are asked for apart: it builds the tarball again from what it says
of itself and compares every byte. The first entry that differs is named, with exit code 1. A file that is damaged so far that it can't say what it was built
of is 2.`;

  static override examples = [
    '<%= config.bin %> verify s6-overlay-amd64.tar.gz.sig',
    '<%= config.bin %> verify SHA256SUMS.sig --key release-key.asc',
    '<%= config.bin %> verify download.asc other/name.tar.gz --json',
    '<%= config.bin %> verify --rebuild s6-overlay-amd64.tar.gz',
  ];

  static override args = {
    signature: Args.string({
      ignoreStdin: true,
      name: 'FILE.sig',
      description: 'the signature, binary or armoured',
    }),
    file: Args.string({
      ignoreStdin: true,
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
    rebuild: Flags.string({
      helpValue: 'FILE',
      description: 'build this tarball again from what it says of itself, and compare; without SIGNATURE',
      exclusive: ['key'],
    }),
    mirror: Flags.string({
      dependsOn: ['rebuild'],
      description: "Debian mirror to rebuild from; default: S6TS_MIRROR, else that of this machine's apt",
    }),
  };

  protected override async work(): Promise<Outcome<VerifyReport | Rebuilt>> {
    const { args, flags } = await this.parse(Verify);
    if (flags.rebuild !== undefined) {
      if (args.signature !== undefined) throw twoQuestions(args.signature, flags.rebuild);
      return this.#rebuilt(flags.rebuild, flags.mirror);
    }
    if (args.signature === undefined) {
      throw new S6tsError('usage', 'verify needs a signature, or a tarball to rebuild', {
        hint: 's6ts verify FILE.sig, or s6ts verify --rebuild FILE; s6ts verify --help has examples',
      });
    }
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

  async #rebuilt(file: string, mirror: string | undefined): Promise<Outcome<Rebuilt>> {
    const context = { progress: this.progress, signal: this.interrupt.signal };
    const report = await rebuild({ file, mirror, env: process.env, now: new Date(), context });
    const { same, version, difference } = report;
    const name = oneLine(file);
    const text = same
      ? `the same: ${name} is, byte for byte, what s6ts ${version} builds of its packages\n  sha256 ${report.sha256}`
      : `NOT the same: ${name}\n  first difference: ${oneLine(difference?.entry ?? '')}: ${oneLine(difference?.how ?? '')}`;
    return { json: report, text, no: !same };
  }
}

/** One answer, "the same", would be taken for the other, "good". */
function twoQuestions(signature: string, tarball: string): S6tsError {
  return new S6tsError('usage', `--rebuild looks at no signature, and ${signature} is one to look at`, {
    what: signature,
    hint: `ask twice: s6ts verify ${signature}, and s6ts verify --rebuild ${tarball}`,
  });
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
