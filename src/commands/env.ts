import * as Args from '@oclif/core/args';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { formatKnobs, formatVerdict } from '../cli/knob-table.js';
import { judgeSetting, readKnobs, type Knob, type Verdict } from '../overlay/knobs.js';

/** What `--json` prints: the knobs that were asked for (all, where none was named), and a verdict per `NAME=VALUE`. */
interface EnvReport {
  readonly knobs: readonly Knob[];
  readonly settings: readonly { readonly setting: string; readonly verdict: Verdict }[];
}

export default class Env extends BaseCommand<EnvReport> {
  static override summary = 'Show the variables that steer /init, or check settings of them.';

  static override description = `Without arguments: all variables with their defaults, values and what they do. NAME shows one of them; NAME=VALUE is
judged as /init does at its start, which warns of unknown names and odd values in the container's log.

Exit code 0: all known and good. 1: a name that /init doesn't know, or a value that it won't take as it is.`;

  static override examples = [
    '<%= config.bin %> env',
    '<%= config.bin %> env S6_LOGGING S6_LOGGING_SCRIPT',
    '<%= config.bin %> env S6_KILL_GRACETIME=5000 S6_BEHAVIOUR_IF_STAGE2_FAILS=2',
    '<%= config.bin %> env --json',
  ];

  static override strict = false;

  static override args = {
    setting: Args.string({
      ignoreStdin: true,
      name: 'NAME[=VALUE]…',
      description: 'a variable to show, or a setting to check',
    }),
  };

  protected override async work(): Promise<Outcome<EnvReport>> {
    const { argv } = await this.parse(Env);
    const given = argv.map(String);
    const table = await readKnobs();
    const width = process.stdout.isTTY ? process.stdout.columns : undefined;
    if (given.length === 0) {
      return { json: { knobs: table.knobs, settings: [] }, text: formatKnobs(table.knobs, width) };
    }
    const settings = given.map((setting) => {
      const [name = '', ...value] = setting.split('=');
      return { setting, verdict: judgeSetting(table, name, value.join('=')) };
    });
    const shown = settings.flatMap(({ setting, verdict }) =>
      !setting.includes('=') && verdict.kind === 'good' ? [verdict.knob] : [],
    );
    const judged = settings.filter(
      ({ setting, verdict }) => setting.includes('=') || verdict.kind !== 'good',
    );
    const lines = judged.map(({ setting, verdict }) => formatVerdict(verdict, setting));
    return {
      json: { knobs: shown, settings: judged },
      text: [...(shown.length === 0 ? [] : [formatKnobs(shown, width)]), ...lines].join('\n'),
      no: judged.some(({ verdict }) => verdict.kind === 'unknown' || verdict.kind === 'bad-value'),
    };
  }
}
