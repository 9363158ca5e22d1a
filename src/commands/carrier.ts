import * as Flags from '@oclif/core/flags';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { pathValue } from '../cli/path-value.js';
import { keyFlag } from '../cli/key-flag.js';
import { injectContext } from '../cli/inject-context.js';
import { plain } from '../cli/render.js';
import { humanBytes } from '../cli/terminal-progress.js';
import type { CarrierReport } from '../image/carrier.js';
import { formatRelease } from '../image/overlay-release.js';
import { parseArchitectures } from '../overlay/architecture.js';

export default class Carrier extends BaseCommand<CarrierReport> {
  static override summary = 'Make the image that Dockerfiles take the overlay from: COPY --from=s6ts / /';

  static override description = `The image holds the overlay and nothing else, once for each architecture asked for, as an OCI index in one archive. A registry gets
it by "skopeo copy --all oci-archive:FILE docker://…", an engine by "docker load -i FILE" (one tag for each architecture:
NAME:TAG-amd64). An image's own links /bin and /sbin survive the copy.`;

  static override examples = [
    '<%= config.bin %> carrier --output s6ts-carrier.tar',
    '<%= config.bin %> carrier --arch all --output s6ts-carrier.tar',
    '<%= config.bin %> carrier --arch amd64 --arch arm64 --tag example.org/s6ts:1 --output carrier.tar',
  ];

  static override flags = {
    output: Flags.string({
      parse: pathValue,
      char: 'o',
      helpValue: 'FILE',
      required: true,
      description: 'the archive to write',
    }),
    tag: Flags.string({
      char: 't',
      helpValue: 'NAME',
      default: 's6ts:latest',
      description: "the image's name",
    }),
    arch: Flags.string({
      description:
        'architecture, under any of its names, or all; may be repeated; default: amd64, x86, armhf and aarch64',
      multiple: true,
      multipleNonGreedy: true,
      default: ['amd64', 'x86', 'armhf', 'aarch64'],
    }),
    release: Flags.string({
      parse: pathValue,
      char: 'r',
      helpValue: 'DIR',
      description: 'a folder of overlay tarballs; default: as for inject',
    }),
    key: keyFlag,
  };

  protected override async work(): Promise<Outcome<CarrierReport>> {
    const { flags } = await this.parse(Carrier);
    const { makeCarrier } = await import('../image/carrier.js');
    const report = await makeCarrier(
      {
        architectures: parseArchitectures(flags.arch),
        name: flags.tag,
        output: flags.output,
        keys: flags.key ?? [],
        ...(flags.release === undefined ? {} : { release: flags.release }),
      },
      injectContext(this.progress, this.interrupt),
    );
    const lines = report.platforms.map(
      ({ platform, release, size }) =>
        `  ${platform.padEnd(14)} s6-overlay ${release.version}, ${humanBytes(size)}, from ${formatRelease(release)}`,
    );
    return { json: report, text: plain([`${report.name} is in ${report.file}:`, ...lines].join('\n')) };
  }
}
