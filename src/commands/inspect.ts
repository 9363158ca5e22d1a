import * as Args from '@oclif/core/args';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { injectContext } from '../cli/inject-context.js';
import { registryFlags, registryOptions } from '../cli/registry-flags.js';
import { plain } from '../cli/render.js';
import type { InspectReport } from '../image/inspect.js';

export default class Inspect extends BaseCommand<InspectReport> {
  static override summary = 'Say what an image holds: which init, what it runs, its services and scripts.';

  static override description = `Knows the overlay of s6ts (injected, or added by a Dockerfile), s6-overlay v1, v2 and v3, tini and dumb-init. Of an
injected image it shows what was before and what is now; of an index, each platform. Names of files are read, not their
contents.`;

  static override examples = [
    '<%= config.bin %> inspect myimage:1.2-s6',
    '<%= config.bin %> inspect oci:layout:1.2 --json',
  ];

  static override args = {
    image: Args.string({
      ignoreStdin: true,
      name: 'IMAGE',
      description: 'name, name:tag or id of an image in a Docker engine, oci:FOLDER:TAG …',
      required: true,
    }),
  };

  static override flags = { ...registryFlags };

  protected override async work(): Promise<Outcome<InspectReport>> {
    const { args, flags } = await this.parse(Inspect);
    const { inspect } = await import('../image/inspect.js');
    const { formatInspected } = await import('../image/inspect-summary.js');
    const registry = await registryOptions(flags);
    const report = await inspect(args.image, injectContext(this.progress, this.interrupt, { registry }));
    return { json: report, text: plain(formatInspected(report)) };
  }
}
