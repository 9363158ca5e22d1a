import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { pathValue } from '../cli/path-value.js';
import { keyFlag } from '../cli/key-flag.js';
import { injectContext } from '../cli/inject-context.js';
import { plain } from '../cli/render.js';
import { humanBytes } from '../cli/terminal-progress.js';
import type { BaseReport } from '../image/base-image.js';
import { formatRelease } from '../image/overlay-release.js';
import { sourceDateEpoch } from '../overlay/release-inputs.js';

export default class Base extends BaseCommand<BaseReport> {
  static override summary = 'Make an image with /init out of a root file system.';

  static override description = `ROOTFS is what debootstrap, an Alpine mini root or an Ubuntu base tarball gives: a folder, or a tar that is plain or
packed with gzip, xz or zstd. The result has two layers, the root and the overlay, and ENTRYPOINT ["/init"]. It goes into the Docker engine, or
with --output into a file that docker load, podman load and skopeo (docker-archive: and oci-archive:) read.`;

  static override examples = [
    '<%= config.bin %> base ./root --tag base:bookworm',
    '<%= config.bin %> base alpine-minirootfs.tar.gz --tag base-alpine --output base-alpine.tar',
  ];

  static override args = {
    rootfs: Args.string({
      ignoreStdin: true,
      name: 'ROOTFS',
      description: 'a folder, or a tar: plain, gzip, xz or zstd',
      required: true,
    }),
  };

  static override flags = {
    tag: Flags.string({ char: 't', helpValue: 'NAME', required: true, description: 'the name of the image' }),
    output: Flags.string({
      parse: pathValue,
      char: 'o',
      helpValue: 'FILE',
      description: 'write an archive; default: into the Docker engine',
    }),
    arch: Flags.string({ description: "architecture; default: that of the root's programs" }),
    release: Flags.string({
      parse: pathValue,
      char: 'r',
      helpValue: 'FILE|DIR',
      description: "an overlay's tarball, or a folder of them; default: as for inject",
    }),
    key: keyFlag,
  };

  protected override async work(): Promise<Outcome<BaseReport>> {
    const { args, flags } = await this.parse(Base);
    const { makeBase } = await import('../image/base-image.js');
    const newest = sourceDateEpoch(process.env);
    const report = await makeBase(
      {
        rootfs: args.rootfs,
        name: flags.tag,
        keys: flags.key ?? [],
        ...(flags.output === undefined ? {} : { output: flags.output }),
        ...(flags.arch === undefined ? {} : { architecture: flags.arch }),
        ...(flags.release === undefined ? {} : { release: flags.release }),
        ...(newest === undefined ? {} : { newest }),
      },
      injectContext(this.progress, this.interrupt),
    );
    return { json: report, text: plain(summary(report)) };
  }
}

function summary({ image, file, architecture, release, layers, kept }: BaseReport): string {
  const size = humanBytes(layers.reduce((sum, layer) => sum + layer.size, 0));
  const lines = [
    `${image.name} is ${architecture}, ${size}, with s6-overlay ${release.version}`,
    `  image    ${image.id}`,
    `  release  ${formatRelease(release)}`,
  ];
  if (kept.length > 0) {
    lines.push(
      `  the root's own files stay, ours left out there: ${kept.map((path) => `/${path}`).join(' ')}`,
    );
  }
  lines.push(
    file === null
      ? `  try it: docker run --rm -it ${image.name} sh`
      : `  written to ${file}; docker load -i ${file}`,
  );
  return lines.join('\n');
}
