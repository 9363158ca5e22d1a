import type { ExecutionContext } from 'ava';
import type { Box } from '../../harness/container.js';
import type { Expectation, Expectations } from './case.js';
import { boot, exited, life, ran, stop, type Line } from './messages.js';
import { environments } from './environments.js';

const LOG = '/var/log/s6-uncaught-logs';
const STAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} {2}/;
const NOBODY = 65534;

/** What is said in j0 to j5, wherever it goes; the service's two lines come beside. */
const SAID_BY_US: readonly Line[] = [
  ...boot({ init: ran('cont-init.d', '00', 0, ['cont-init-err']) }),
  'cmd-err',
  exited('sh', 3),
  ...stop(ran('cont-finish.d', '00', 0, ['cont-finish-err'])),
];

/** The catch-all's folder: nobody's, mode 2700; and each of these lines in it, in order. */
function logHolds(lines: readonly Line[], stamp = STAMP): NonNullable<Expectation['after']> {
  return async (box: Box, t: ExecutionContext) => {
    const folder = (await box.read(LOG)).get('');
    t.deepEqual([folder?.mode, folder?.uid], [0o2700, NOBODY]);
    const text = await box.text(`${LOG}/current`);
    const logged = text.trimEnd().split('\n');
    t.deepEqual(
      logged.filter((line) => !stamp.test(line)),
      [],
    );
    const bare = logged.map((line) => line.replace(stamp, '').trimEnd());
    const wanted = [...lines];
    for (const line of bare) {
      const next = wanted[0];
      if (next !== undefined && (typeof next === 'string' ? next === line : next.test(line))) wanted.shift();
    }
    t.deepEqual(wanted, [], `missing in the log:\n${text}`);
  };
}

const withoutCmd = SAID_BY_US.filter((line) => line !== 'cmd-err');

/** Under an action `1` the logger's stdout is the container's: each line is there once, and the disk stays empty. */
const onStdout = (stamp: string): Expectation => ({
  exit: 3,
  stdout: new RegExp(
    ['cont-init-out', 'cont-init-err', 'svc-out', 'cont-finish-out', 'cont-finish-err']
      .map(
        (line) =>
          `(?=(?:.*\\n)*${stamp}${line}\\n)(?!(?:.*\\n)*${stamp}${line}\\n(?:.*\\n)*${stamp}${line}\\n)`,
      )
      .join('')
      .concat('(?=(?:.*\\n)*cmd-out\\n)'),
  ),
  stderr: [],
});

/** The listing of /var/run/s6/etc: both names of the work area lead to the user's files as used. */
const readOnly: Expectation = {
  exit: 3,
  stdout:
    /^init\n(?:.*\n)*.*cont-finish\.d.*\n(?:.*\n)*.*cont-init\.d.*\n(?:.*\n)*.*fix-attrs\.d.*\n(?:.*\n)*.*services\.d.*\n(?:.*\n)*svc\ncmd\n$/,
  stderr: [...boot({ init: ran('cont-init.d', '00', 0) }), exited('sh', 3), ...stop()],
};

export const J_TO_O: Expectations = {
  'j0-logging': {
    exit: 3,
    stdout: 'cont-init-out\nsvc-out\ncmd-out\ncont-finish-out\n',
    stderr: SAID_BY_US,
    beside: [/^svc-err$/],
  },
  // The last lines of a stop, lost by the original, are in the log.
  'j1-logging': {
    exit: 3,
    stdout: 'cmd-out\n',
    stderr: ['cmd-err'],
    after: logHolds(withoutCmd),
  },
  'j2-logging': { exit: 3, stdout: '', stderr: [], after: logHolds(SAID_BY_US) },
  'j4-logging1-script': onStdout(''),
  'j5-logging1-script-T1': onStdout('[-0-9]{10} [:.0-9]{18} {2}'),

  'k1-env': {
    exit: 0,
    stdout: /^== init-plain\n/,
    stderr: [
      ...boot({ init: [...ran('cont-init.d', '00-plain', 0), ...ran('cont-init.d', '01-with', 0)] }),
      exited('sh', 0),
      ...stop([...ran('cont-finish.d', '00-plain', 0), ...ran('cont-finish.d', '01-with', 0)]),
    ],
    after: (box, t) => {
      environments(box.transcript.streams().stdout, t);
      return Promise.resolve();
    },
  },

  // Never split on spaces: there is no program "echo wrapped".
  'm1-arg0': {
    exit: 127,
    stdout: '',
    stderr: life('echo wrapped', 127, [/echo wrapped.*(not found|No such file|in no folder of PATH)/i]),
  },

  'n1-wait': {
    exit: 0,
    stdout: /^start slow\n(slow ready\n)?CMD\n(slow ready\n)?$/,
    stderr: life('echo', 0),
    atLeastMs: 1000,
  },
  'n0-nowait': {
    exit: 0,
    stdout: /^(start slow\n)?CMD\n(start slow\n)?slow ready\n$/,
    stderr: life('sh', 0),
  },
  'n2-wait-timeout': {
    exit: 0,
    stdout: 'start never\nCMD\n',
    stderr: [...boot().slice(0, -1), exited('echo', 0), ...stop()],
    beside: [/\bnever\b.*not ready/],
    atLeastMs: 1500,
  },
  // A service that is late is a stage-2 failure.
  'n3-wait-timeout-b2': {
    exit: 1,
    stdout: 'start never\n',
    stderr: [...boot().slice(0, -1), ...stop()],
    beside: [/\bnever\b.*not ready/, /services.*(stop|S6_BEHAVIOUR)/],
    atLeastMs: 1500,
  },

  'o1-readonly-env': readOnly,
  'o3-rw-env': readOnly,
};
