import { homedir } from 'node:os';
import { Args, Flags } from '@oclif/core';
import { cacheFolder } from '../base/user-folders.js';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { terminalPrompt } from '../cli/prompt.js';
import { plain } from '../cli/render.js';
import type { InjectReport } from '../image/inject.js';

export default class Inject extends BaseCommand<InjectReport> {
  static override summary =
    'Put the overlay into an image that exists already: /init becomes its entrypoint.';

  static override description = `The image itself stays as it is; the result gets a new name. ENTRYPOINT becomes ["/init", …the old ENTRYPOINT], CMD,
USER, ENV, WORKDIR, VOLUME, HEALTHCHECK and labels stay. Injecting again upgrades in place.

The engine is found as docker finds it: DOCKER_HOST, DOCKER_CONTEXT, the current context, the default socket.`;

  static override examples = [
    '<%= config.bin %> inject myimage:1.2',
    '<%= config.bin %> inject myimage:1.2 --tag registry.example.org/myimage:1.2-init',
    '<%= config.bin %> inject myimage:1.2 --release ./out --key release-key.asc --json',
  ];

  static override args = {
    image: Args.string({
      name: 'IMAGE',
      description: 'name, name:tag or id of an image in a Docker engine',
      required: true,
    }),
  };

  static override flags = {
    tag: Flags.string({
      char: 't',
      helpValue: 'NAME',
      description: 'name of the result; default: IMAGE:tag-s6',
    }),
    release: Flags.string({
      char: 'r',
      helpValue: 'FILE|DIR',
      description:
        "an overlay's tarball, or a folder of them; default: your own build, made where there is none",
    }),
    key: Flags.string({
      char: 'k',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
      description: "a public key to trust for the release's signature; may be given several times",
    }),
    user: Flags.string({
      options: ['root'],
      description: "run services as root, and the CMD as the image's USER; default: all as that USER",
    }),
    exact: Flags.boolean({
      description: 'keep every byte of the config, not only every value: reads the whole image',
    }),
    'keep-init': Flags.boolean({ description: 'keep tini or dumb-init, below /init' }),
    force: Flags.boolean({ description: 'replace an /init that does what ours does not (s6-overlay v3)' }),
    via: Flags.string({
      options: ['load', 'commit'],
      description: 'how to store the result; default: load, or commit where the engine refuses that',
    }),
  };

  protected override async work(): Promise<Outcome<InjectReport>> {
    const { args, flags } = await this.parse(Inject);
    const { inject } = await import('../image/inject.js');
    const { formatInjected } = await import('../image/inject-summary.js');
    const { env } = process;
    const report = await inject(
      {
        image: args.image,
        ...(flags.tag === undefined ? {} : { target: flags.tag }),
        ...(flags.release === undefined ? {} : { release: flags.release }),
        keys: flags.key ?? [],
        servicesAsRoot: flags.user === 'root',
        keepInit: flags['keep-init'],
        force: flags.force,
      },
      {
        env,
        home: env['HOME'] ?? homedir(),
        cacheFolder: cacheFolder(env),
        signal: this.interrupt.signal,
        onInterrupt: (cleanup) => this.interrupt.onInterrupt(cleanup),
        progress: this.progress,
        exact: flags.exact,
        ...(flags.via === 'load' || flags.via === 'commit' ? { via: flags.via } : {}),
        now: new Date(),
        ownRelease: async (architecture) => {
          const { releaseFor } = await import('../overlay/release-store.js');
          const { progress } = this;
          const { signal } = this.interrupt;
          const prompt = terminalPrompt();
          const release = await releaseFor(architecture, {
            env,
            now: new Date(),
            context: { progress, signal },
            prompt,
          });
          if (!release.built) progress.note(`your own release: ${release.file}`);
          return release.file;
        },
      },
    );
    return { json: report, text: plain(formatInjected(report)) };
  }
}
