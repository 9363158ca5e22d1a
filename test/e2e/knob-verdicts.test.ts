import test from 'ava';
import { formatVerdict } from '../../src/cli/knob-table.js';
import { judgeSetting, readKnobs, type Knob } from '../../src/overlay/knobs.js';
import { withContainer } from '../harness/container.js';
import { overlaidBusybox } from './overlaid-busybox.js';

const TABLE = await readKnobs();
const NUMBERS = TABLE.knobs.filter(({ kind }) => ['flag', 'choice', 'time'].includes(kind));
/** Below its range it silences the warnings. */
const SPEAKING = NUMBERS.filter(({ name }) => name !== 'S6_VERBOSITY');
const all = (knobs: readonly Knob[], value: (knob: Knob) => string): Record<string, string> =>
  Object.fromEntries(knobs.map((knob) => [knob.name, value(knob)]));

/** Settings that /init has to judge, each set in a container of its own. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no numbers': { ...all(NUMBERS, () => 'x1'), S6_CMD_STOPSIGNAL: 'RTMIN+31' },
  'too small': { ...all(SPEAKING, () => '-1'), S6_CMD_STOPSIGNAL: '65' },
  'too big': { ...all(NUMBERS, ({ max }) => String(max + 1)), S6_CMD_STOPSIGNAL: 'sigrtmax-31' },
  'at their bounds': { ...all(SPEAKING, ({ max }) => `00${max}`), S6_CMD_STOPSIGNAL: 'SIGrtmin+30' },
  empty: all(TABLE.knobs, () => ''),
  'unknown names': {
    S6_KILL_GRACE_TIME: '1',
    // Four letters away, and five.
    S6_LOGGING1234: '1',
    S6_LOGGING12345: '1',
    S6_OVERLAY_VERSION: '3',
    S6_CMD_STOPSIGNAL: 'NOSUCH',
    s6_logging: '2',
  },
};

for (const [what, env] of Object.entries(SETTINGS)) {
  test(`/init warns of what s6ts env says no to, in the same words: ${what}`, async (t) => {
    // It is not stopped: some of these settings make a stop wait for more than an hour.
    const cmd = ['sh', '-c', '>/tmp/up; exec sleep 1000'];
    const stderr = await withContainer({ image: await overlaidBusybox(), env, cmd }, async (box) => {
      await box.until('its CMD', async () => (await box.exec(['test', '-e', '/tmp/up'])).exitCode === 0);
      return box.transcript.streams().stderr;
    });
    const before = 's6-overlay-init: warning: ';
    const said = stderr
      .split('\n')
      .filter((line) => line.startsWith(`${before}S6_`))
      .map((line) => line.slice(before.length));
    const judged = Object.entries(env).flatMap(([name, value]) => {
      const verdict = judgeSetting(TABLE, name, value);
      const no = verdict.kind === 'bad-value' || verdict.kind === 'unknown';
      return no ? [formatVerdict(verdict, `${name}=${value}`)] : [];
    });
    t.deepEqual(said.sort(), judged.sort(), stderr);
  });
}
