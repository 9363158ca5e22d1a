import * as Args from '@oclif/core/args';
import { homeFolder } from '../base/user-folders.js';
import { BaseCommand, type Outcome } from '../cli/base-command.js';
import { drawChart } from '../cli/draw-chart.js';
import { bootChart, type BootChart as Chart } from '../image/boot-chart.js';
import { parseTimeline, TIMELINE } from '../image/timeline.js';
import { readTimeline } from '../image/timeline-source.js';

/** Columns where the output is no terminal. */
const PLAIN_WIDTH = 100;

export default class BootChart extends BaseCommand<Chart> {
  static override summary =
    'Draw what a container did at its start and its stop, and how long each part took.';

  static override description = `/init notes the begin and end of each script, service and stage in ${TIMELINE}. The source is such a file, - for
stdin, or the name or id of a container, running or ended, of your Docker engine.`;

  static override examples = [
    '<%= config.bin %> boot-chart my-container',
    `docker cp my-container:${TIMELINE} . && <%= config.bin %> boot-chart timeline`,
    `docker exec my-container cat ${TIMELINE} | <%= config.bin %> boot-chart - --json`,
  ];

  static override args = {
    source: Args.string({
      ignoreStdin: true,
      name: 'FILE|CONTAINER|-',
      description: 'where the timeline is',
      required: true,
    }),
  };

  protected override async work(): Promise<Outcome<Chart>> {
    const { args } = await this.parse(BootChart);
    const { env, stdin, stdout } = process;
    const { signal } = this.interrupt;
    const text = await readTimeline(args.source, { env, home: homeFolder(env), signal, stdin });
    const chart = bootChart(parseTimeline(text, args.source === '-' ? 'stdin' : args.source));
    const unicode = stdout.isTTY && env['TERM'] !== 'dumb' && env['TERM'] !== 'linux';
    const width = stdout.isTTY ? stdout.columns : PLAIN_WIDTH;
    return { json: chart, text: drawChart(chart, { width, unicode }) };
  }
}
