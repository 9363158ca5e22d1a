import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { injectContext } from '../cli/inject-context.js';
import { registryFlags, registryOptions } from '../cli/registry-flags.js';
import { plain } from '../cli/render.js';
import type { EjectReport } from '../image/eject.js';

export default class Eject extends BaseCommand<EjectReport> {
  static override summary = 'Take the overlay out of an image again: the original comes back, byte for byte.';

  static override description = `The image that inject was given gets a name again where it is still there; else it is put together from the injected
one, and compared with the digest that inject noted. Where its very bytes can't be had (an engine that has written the
config anew), its layers and every value come back, and that is said.

Exit code 1: the image was not made by inject, or something was built on top of it.`;

  static override examples = [
    '<%= config.bin %> eject myimage:1.2-s6',
    '<%= config.bin %> eject myimage:1.2-s6 --tag myimage:as-it-was',
    '<%= config.bin %> eject oci:layout:1.2-s6 --json',
  ];

  static override args = {
    image: Args.string({
      ignoreStdin: true,
      name: 'IMAGE',
      description: 'an image that inject has made: name, name:tag, oci:FOLDER:TAG …',
      required: true,
    }),
  };

  static override flags = {
    tag: Flags.string({
      char: 't',
      helpValue: 'NAME',
      description: "name of the original; default: IMAGE's without -s6",
    }),
    ...registryFlags,
  };

  protected override async work(): Promise<Outcome<EjectReport>> {
    const { args, flags } = await this.parse(Eject);
    const { eject } = await import('../image/eject.js');
    const { formatEjected } = await import('../image/eject-summary.js');
    const report = await eject(
      { image: args.image, ...(flags.tag === undefined ? {} : { target: flags.tag }) },
      injectContext(this.progress, this.interrupt, { registry: await registryOptions(flags) }),
    );
    return { json: report, text: plain(formatEjected(report)), no: report.kind === 'refused' };
  }
}
