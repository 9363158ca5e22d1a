import type { Expectation, Expectations } from './case.js';
import { boot, exited, fixed, life, ran, stop, type Line } from './messages.js';

const FIXED_BY_F1 = `750 65534:65534 /data
640 65534:65534 /data/a.txt
750 65534:65534 /data/sub
600 0:0 /data/sub/.hid
640 65534:65534 /data/sub/b.sh
755 0:0 /data2
700 33:33 /data2/d1
600 0:0 /data2/d1/inner
600 33:33 /data2/f1
755 1234:1235 /data3
644 1234:1235 /data3/f
755 0:0 /data4
604 2:4 /data4/f
`;

const FIXED_BY_F3 = `755 65534:65534 /data
600 65534:65534 /data/a.txt
755 65534:65534 /data/sub
600 0:0 /data/sub/.hid
777 65534:65534 /data/sub/b.sh
755 0:0 /data2
755 0:0 /data2/d1
644 0:0 /data2/d1/inner
644 0:0 /data2/f1
755 0:0 /data3
600 0:0 /data3/f
755 0:0 /data4
600 0:0 /data4/f
`;

const fixes = (stdout: string): Expectation => ({
  exit: 0,
  stdout,
  stderr: [...boot({ fix: fixed('01-data') }), exited('sh', 0), ...stop()],
});

/** The CMD's end by a signal: 128 + N, and the signal's name (the original said 265 and exited with 9). */
const killed = (number: number, name: string): Expectation => ({
  exit: 128 + number,
  stdout: '',
  stderr: [...boot(), new RegExp(`^\\[cmd\\] sh .*killed by signal ${number} \\(${name}\\)`), ...stop()],
});

/** A CMD that can't be run, as a shell would answer; the original gave 111 for all. */
const refused = (cmd: string, exit: number, why: RegExp): Expectation => ({
  exit,
  stdout: '',
  stderr: [...boot(), why, exited(cmd, exit), ...stop()],
});

const FINISH_SCRIPTS: readonly Line[] = [
  ...ran('cont-finish.d', '00-one', 0),
  ...ran('cont-finish.d', '10-two', 5),
  // grep -c finds no sleep, prints 0 and exits with 1.
  ...ran('cont-finish.d', '20-three', 1),
];
// Services are told to stop before the finish scripts run: none of their processes is left to be counted.
const FINISH_OUTPUT = 'finish one\nfinish two\nfinish three\ns\n0\n';

export const F_TO_I: Expectations = {
  'f1-fixattrs': fixes(FIXED_BY_F1),
  // The original took the comment for a path and its first word for an account.
  'f3-fixattrs-comment': fixes(FIXED_BY_F3),

  'g1-kill9': killed(9, 'KILL'),
  'g2-kill15': killed(15, 'TERM'),
  'g4-exit255': { exit: 255, stdout: '', stderr: life('sh', 255) },

  'h1-notfound': refused('/nosuchprog', 127, /\/nosuchprog.*(not found|No such file)/i),
  'h2-noexec': refused('/etc/passwd', 126, /\/etc\/passwd.*(Permission denied|not executable|no #! line)/i),
  'h3-dir': refused('/etc', 126, /\/etc\b.*(folder|directory|not a regular file|Permission denied)/i),

  'i1-contfinish': {
    exit: 4,
    stdout: FINISH_OUTPUT,
    stderr: [...boot(), exited('sh', 4), ...stop(FINISH_SCRIPTS)],
  },
  'i2-contfinish-term': {
    exit: 0,
    stdout: FINISH_OUTPUT,
    stderr: [...boot(), ...stop(FINISH_SCRIPTS)],
    signals: [{ when: '[services.d] done.', signal: 'TERM' }],
  },
  'i4-contfinish-slow-default': {
    exit: 0,
    stdout: 'slow\n',
    stderr: [
      ...boot(),
      exited('true', 0),
      ...stop(ran('cont-finish.d', '00-slow', 99, [/00-slow.*5000 ms/])),
    ],
    atLeastMs: 5000,
  },
};
