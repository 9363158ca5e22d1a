import type { ExecutionContext } from 'ava';
import type { Box } from '../../harness/container.js';
import type { Expectation, Expectations } from './case.js';
import { termWhen } from './expect-a-to-e.js';
import { boot, exited, fixed, ran, stop } from './messages.js';

const FINISH = 'finish args: 256 15( s \\d+)?\\n';

/** logutil-service in p1 and p3: its folder, and the lines behind their stamps. */
const logged =
  (stamp: RegExp) =>
  async (box: Box, t: ExecutionContext): Promise<void> => {
    const entries = await box.read('/var/log/svc');
    t.deepEqual([entries.get('')?.mode, entries.get('')?.uid], [0o2700, 65534]);
    t.deepEqual(
      [entries.get('.keep')?.mode, entries.get('.keep')?.uid],
      [0o600, 0],
      'hidden files stay as they are',
    );
    t.is(entries.get('current')?.uid, 65534);
    const lines = (entries.get('current')?.bytes.toString() ?? '').trimEnd().split('\n');
    t.deepEqual(
      lines.map((line) => line.replace(stamp, '')),
      [0, 1, 2, 3, 4].map((n) => `line ${n}`),
    );
  };

const logutil = (stamp: RegExp): Expectation => ({
  exit: 0,
  stdout: '',
  stderr: [...boot({ fix: fixed('01') }), ...stop()],
  // Its lines are in the log alone: nothing on the terminal tells when they have come.
  signals: [
    { when: '[services.d] done.', until: ['grep', '-q', 'line 4', '/var/log/svc/current'], signal: 'TERM' },
  ],
  after: logged(stamp),
});

const finishScript = stop(ran('cont-finish.d', '00', 0));

const stopsOn = (signal: string): Expectation => ({
  exit: 0,
  stdout: new RegExp(`^run\n${FINISH}contfinish\n$`),
  stderr: [...boot(), ...finishScript],
  signals: [{ when: 'run\n', signal }],
});
/** The signal does nothing, so that a TERM half a second later finds it alive. */
const ignores = (signal: string): Expectation => ({
  ...stopsOn('TERM'),
  signals: [
    { when: 'run\n', signal },
    { afterMs: 500, signal: 'TERM' },
  ],
});

const cmdGets = (signals: Expectation['signals'], output: string): Expectation => ({
  exit: 12,
  // The service starts beside the CMD.
  stdout: new RegExp(`^(run\ncmd up|cmd up\nrun)\n${output}${FINISH}contfinish\n$`),
  stderr: [...boot(), exited('sh', 12), ...finishScript],
  // What busybox says about its own `sleep`, ended by a signal to the group.
  maybe: [/^(Terminated|Hangup|User defined signal 1)$/],
  signals: signals ?? [],
});
const bothUp = /^(?=[^]*run\n)(?=[^]*cmd up\n)/;

export const P_TO_W: Expectations = {
  'p1-logutil': logutil(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} {2}/),
  'p3-logutil-script': logutil(/^@[0-9a-f]{24} /),

  'q-TERM-nocmd': stopsOn('TERM'),
  'q-INT-nocmd': stopsOn('INT'),
  'q-QUIT-nocmd': stopsOn('QUIT'),
  // HUP stopped the original without a word to the services; ours rescans.
  'q-HUP-nocmd': ignores('HUP'),
  'q-USR1-nocmd': ignores('USR1'),
  'q-USR2-nocmd': ignores('USR2'),
  'q-ALRM-nocmd': ignores('ALRM'),
  'q-WINCH-nocmd': ignores('WINCH'),
  'q-TERM-cmd': cmdGets([{ when: bothUp, signal: 'TERM' }], 'cmd got TERM\n'),
  'q-HUP-cmd': cmdGets(
    [
      { when: bothUp, signal: 'HUP' },
      { when: 'cmd got HUP', signal: 'TERM' },
    ],
    'cmd got HUP\ncmd got TERM\n',
  ),
  'q-USR1-cmd': cmdGets(
    [
      { when: bothUp, signal: 'USR1' },
      { when: 'cmd got USR1', signal: 'TERM' },
    ],
    'cmd got USR1\ncmd got TERM\n',
  ),
  // The second comes at once: the original's 0.3 s would find no container any more.
  'q-TERM-twice': {
    exit: 0,
    stdout: new RegExp(`^run\n${FINISH}$`),
    stderr: [...boot(), ...stop()],
    signals: termWhen('run\n'),
  },
  'r1-gracetime0': {
    exit: 0,
    stdout: new RegExp(`^run\n${FINISH}$`),
    stderr: [...boot(), ...stop()],
    signals: termWhen('run\n'),
  },
  // The profile has neither fix-attrs.d nor cont-finish.d.
  's1-profile': {
    exit: 0,
    stdout: 'prod init\nprod svc\ncmd\n',
    stderr: [...boot({ init: ran('cont-init.d', '00', 0) }), exited('sh', 0), ...stop()],
  },
  // The original did not start.
  'u1-user1000': {
    exit: 3,
    stdout: new RegExp(`^1000\nrun\nuid=1000 gid=0\\(root\\)[^\n]*\n${FINISH}$`),
    stderr: [...boot({ init: ran('cont-init.d', '00', 0) }), exited('sh', 3), ...stop()],
  },
  'w1-zombies': {
    exit: 0,
    // PID PPID STAT COMMAND: no line with a Z in the third column.
    stdout: /^PID +PPID +STAT +COMMAND\n(?!(?:.*\n)* *\d+ +\d+ +Z)(?:.*\n)+$/,
    stderr: [...boot(), exited('sh', 0), ...stop()],
  },
};
