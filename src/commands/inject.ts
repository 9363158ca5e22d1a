import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { additionFlags, additionsIn } from '../cli/addition-flags.js';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { pathValue } from '../cli/path-value.js';
import { fleetFlags, itemsOf } from '../cli/fleet-flags.js';
import { keyFlag } from '../cli/key-flag.js';
import { injectContext } from '../cli/inject-context.js';
import { registryFlags, registryOptions } from '../cli/registry-flags.js';
import { plain } from '../cli/render.js';
import { ADD_ONS, isAddOn } from '../image/add-on.js';
import type { FleetReport } from '../image/fleet.js';
import type { InjectRefusal, InjectReport } from '../image/inject.js';

export default class Inject extends BaseCommand<InjectReport | InjectRefusal | FleetReport> {
  static override summary =
    'Put the overlay into an image that exists already: /init becomes its entrypoint.';

  static override description = `The image itself stays as it is; the result gets a new name. ENTRYPOINT becomes ["/init", …the old ENTRYPOINT], CMD,
USER, ENV, WORKDIR, VOLUME, HEALTHCHECK and labels stay. Injecting again upgrades in place.

The overlay is that of --release; else the one that was built into the cache before, if all that it was made of is the
same; else the one that s6ts carries, unless SKAWARE_SOURCE names other programs; else one that is built into the cache now
(build-release writes to --out, not to the cache). The answer says which it was.

--service, --files, --env and --cmd add more to the image, in a layer of their own below the overlay's: a second process
without a Dockerfile. What is added is judged first; what would not work is refused, with exit code 1. A later inject
without them keeps them, one with them replaces all of them, eject takes them out.

In a registry all platforms of an index are changed, and only what is new is sent: the layer, the config, the manifest.
Logins of docker, podman and skopeo count, credential helpers too.

The engine is found as docker finds it: DOCKER_HOST, DOCKER_CONTEXT, the current context, the default socket.`;

  static override examples = [
    '<%= config.bin %> inject myimage:1.2',
    '<%= config.bin %> inject myimage:1.2 --tag registry.example.org/myimage:1.2-init',
    '<%= config.bin %> inject myimage:1.2 --with syslog',
    '<%= config.bin %> inject docker-archive:saved.tar --tag oci:layout:1.2-init',
    '<%= config.bin %> inject oci:layout:1.2 --platform linux/arm64,linux/amd64',
    `<%= config.bin %> inject myimage:1.2 --service cron='crond -f' --env TZ=UTC`,
    '<%= config.bin %> inject myimage:1.2 --files ./root',
    '<%= config.bin %> inject docker://registry.example.org/team/app:1.2 --tag docker://registry.example.org/team/app:1.2-init',
    '<%= config.bin %> inject --from images.txt --jobs 8 --resume',
    '<%= config.bin %> inject myimage:1.2 --release ./out --key release-key.asc --json',
  ];

  static override args = {
    image: Args.string({
      ignoreStdin: true,
      name: 'IMAGE',
      description:
        'NAME:TAG or an id in a Docker engine, docker://HOST/NAME[:TAG], oci:FOLDER[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME:TAG], rootfs:FOLDER|TAR',
    }),
  };

  static override strict = false;

  static override flags = {
    ...fleetFlags,
    tag: Flags.string({
      char: 't',
      helpValue: 'REF',
      description:
        "where the result goes, in any of the forms of IMAGE; without a prefix, into IMAGE's own store; default: IMAGE:tag-s6, for a file none",
    }),
    release: Flags.string({
      parse: pathValue,
      char: 'r',
      helpValue: 'FILE|DIR',
      description:
        "an overlay's tarball, or a folder of them; default: from the cache, else the one s6ts carries, else built now",
    }),
    key: keyFlag,
    with: Flags.string({
      options: Object.keys(ADD_ONS),
      multiple: true,
      multipleNonGreedy: true,
      description: 'put an add-on into it too; syslog: /dev/log, written to /var/log/socklog',
    }),
    ...additionFlags,
    user: Flags.string({
      options: ['root'],
      description: "run services as root, and the CMD as the image's USER; default: all as that USER",
    }),
    platform: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
      helpValue: 'OS/ARCH',
      description: 'of an image for several platforms, only these: linux/arm64, amd64 …; default: all',
    }),
    'skip-platform': Flags.boolean({ description: 'leave out the platforms that there is no overlay for' }),
    exact: Flags.boolean({
      description: 'keep every byte of the config, not only every value: reads the whole image',
    }),
    'keep-init': Flags.boolean({ description: 'keep tini or dumb-init, below /init' }),
    force: Flags.boolean({ description: 'replace an /init that does what ours does not (s6-overlay v3)' }),
    ...registryFlags,
    via: Flags.string({
      options: ['load', 'commit'],
      description: 'how to store the result; default: load, or commit where the engine refuses that',
    }),
  };

  protected override async work(): Promise<Outcome<InjectReport | InjectRefusal | FleetReport>> {
    const { argv, flags } = await this.parse(Inject);
    const items = await itemsOf(argv.map(String), flags);
    const add = additionsIn(flags);
    const each = {
      ...(flags.release === undefined ? {} : { release: flags.release }),
      keys: flags.key ?? [],
      with: (flags.with ?? []).filter(isAddOn),
      servicesAsRoot: flags.user === 'root',
      keepInit: flags['keep-init'],
      force: flags.force,
      skipPlatform: flags['skip-platform'],
      ...(flags.platform === undefined ? {} : { platforms: flags.platform }),
      ...(add === undefined ? {} : { add }),
    };
    const context = injectContext(this.progress, this.interrupt, {
      exact: flags.exact,
      dryRun: flags['dry-run'],
      registry: await registryOptions(flags),
      ...(flags.via === 'load' || flags.via === 'commit' ? { via: flags.via } : {}),
    });
    const [only] = items;
    if (flags.from !== undefined || items.length > 1 || only === undefined) {
      const { formatFleet, injectFleet } = await import('../image/fleet.js');
      const { jobs, resume } = flags;
      const report = await injectFleet({ items, each, jobs, resume }, context);
      return { json: report, text: plain(formatFleet(report)), no: report.failed > 0 };
    }
    const { inject } = await import('../image/inject.js');
    const { formatInjected } = await import('../image/inject-summary.js');
    const report = await inject({ ...each, ...only }, context);
    return { json: report, text: plain(formatInjected(report)), no: report.kind === 'refused' };
  }
}
