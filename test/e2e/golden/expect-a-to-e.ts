import type { PlannedSignal } from '../../harness/container-options.js';
import type { Expectation, Expectations } from './case.js';
import { boot, exited, fixAttrs, fixed, INIT_BEGINS, life, ran, stop } from './messages.js';

/** TERM once all of stage 2 is through and the service has spoken. */
export function termWhen(when: RegExp | string): readonly PlannedSignal[] {
  return [{ when, signal: 'TERM' }];
}

/** Where the original failed with 7: RUNTIME's answers to S6_BEHAVIOUR_IF_STAGE2_FAILS. */
const stopsWith7: Expectation = {
  exit: 7,
  stdout: 'failing\n',
  stderr: [...fixAttrs(), INIT_BEGINS, ...ran('cont-init.d', '10-fail', 7), ...stop()],
  beside: [/10-fail.*7.*(stop|S6_BEHAVIOUR)/],
};
const goesOn: Expectation = {
  exit: 3,
  // The service starts beside the CMD, which may be over before it says a word.
  stdout: /^failing\nafter\n(svc up\n)?cmd ran\n(svc up\n)?$/,
  stderr: [
    ...boot({ init: [...ran('cont-init.d', '10-fail', 7), ...ran('cont-init.d', '20-after', 0)] }),
    exited('sh', 3),
    ...stop(),
  ],
};

/** s6 2.13 gives a finish script the service's name and process group too. */
const finish = (code: number, signal: number): string => `finish args: ${code} ${signal}( s \\d+)?\\n`;

export const A_TO_E: Expectations = {
  'a1-exit3': { exit: 3, stdout: '', stderr: life('sh', 3) },
  'a2-true': { exit: 0, stdout: '', stderr: life('/bin/true', 0) },
  'a3-nocmd-term': {
    exit: 0,
    stdout: '',
    stderr: [...boot(), ...stop()],
    signals: termWhen('[services.d] done.'),
  },
  'a4-stderr': { exit: 9, stdout: 'out\n', stderr: life('sh', 9, ['err']) },
  'a5-stdin': { exit: 0, stdout: 'hello\n', stderr: life('cat', 0) },
  'a6-workdir': { exit: 0, stdout: '/tmp\n', stderr: life('pwd', 0) },

  'b1-contini-ok': {
    exit: 0,
    stdout: 'from one\nfrom two\ncmd\n',
    stderr: [
      ...boot({
        init: [...ran('cont-init.d', '00-one', 0), ...ran('cont-init.d', '10-two', 0, ['err two'])],
      }),
      exited('sh', 0),
      ...stop(),
    ],
  },
  // A script without #! ended the original's stage 2 in silence; a folder was passed over.
  'b2-contini-odd': {
    exit: 0,
    stdout: 'nox ran\nsp ran\ncmd\n',
    stderr: [
      ...boot({
        init: [
          ...ran('cont-init.d', '00-nox', 0),
          ...ran('cont-init.d', '20 sp', 0),
          ...ran('cont-init.d', '30-noshebang', 126, [/30-noshebang.*#!/]),
        ],
      }),
      exited('sh', 0),
      ...stop(),
    ],
    beside: [/40-dir.*skipped/],
  },

  'c0-fail7': goesOn,
  'c1-fail7': { ...goesOn, beside: [/10-fail.*\b7\b/], maybe: [/!!!!!$/] },
  'c2-fail7': stopsWith7,
  // 3 is past the range: the original took it as 2; so do we, and say so.
  'c3-fail7': {
    ...stopsWith7,
    beside: [/10-fail.*7.*(stop|S6_BEHAVIOUR)/, /S6_BEHAVIOUR_IF_STAGE2_FAILS.*3/],
  },
  'c2-fail7-nocmd': stopsWith7,
  // The original said "exited 0" and went on.
  'c2-fixattrs-bad': {
    exit: 1,
    stdout: '',
    stderr: [
      '[fix-attrs.d] applying owners & permissions fixes...',
      ...fixed('00', 1, [/00:1: .*nosuchuser/]),
      ...stop(),
    ],
    beside: [/00.*1.*(stop|S6_BEHAVIOUR)/],
  },

  'd1-svc-term': {
    exit: 0,
    stdout: new RegExp(`^run\n${finish(256, 15)}$`),
    stderr: [...boot(), ...stop()],
    signals: termWhen('run\n'),
  },
  'd2-svc-cmd': {
    exit: 4,
    stdout: new RegExp(`^run\n${finish(256, 15)}$`),
    stderr: [...boot(), exited('sh', 4), ...stop()],
  },
  'd3-svc-exit5': {
    exit: 0,
    stdout: new RegExp(`^(run\n${finish(5, 0)}){3,5}$`),
    stderr: [...boot(), ...stop()],
    signals: termWhen(/(finish args[^\n]*\n[^]*){3}/),
  },
  'd4-svc-killed': {
    exit: 0,
    stdout: new RegExp(`^(run\n${finish(256, 9)}){2,4}$`),
    stderr: [...boot(), ...stop()],
    signals: termWhen(/(finish args[^\n]*\n[^]*){2}/),
  },
  // It gets S6_SERVICES_GRACETIME (3 s), then KILL; the original's stop cut it off in the middle of the first second.
  'd5-svc-ignterm': {
    exit: 0,
    stdout: 'run\ngot TERM, ignoring\n',
    stderr: [...boot(), ...stop()],
    maybe: [/\[services\.d\] s\b.*(killed|3000)/, /^Terminated$/],
    signals: termWhen('run\n'),
    atLeastMs: 3000,
  },
  'd7-svc-noexec-run': {
    exit: 0,
    stdout: '',
    stderr: [...boot({ services: [/\[services\.d\] s: .*run/] }), ...stop()],
    signals: termWhen('[services.d] done.'),
  },
  'd9-svc-file': {
    exit: 0,
    stdout: 'ok up\n',
    stderr: [...boot({ services: [/\[services\.d\] plain: skipped/] }), ...stop()],
    signals: termWhen('ok up\n'),
  },

  'e1-finish-svscanctl': {
    exit: 0,
    stdout: new RegExp(`^run\n${finish(6, 0)}$`),
    stderr: [...boot(), ...stop()],
  },
  // A second run would come a second after the first.
  'e3-finish-125': {
    exit: 0,
    stdout: 'run\nfin\n',
    stderr: [...boot(), ...stop()],
    maybe: [/s: .*permanent/],
    signals: [{ when: 'fin\n', afterMs: 1500, signal: 'TERM' }],
  },
};
