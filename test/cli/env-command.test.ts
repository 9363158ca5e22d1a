import test from 'ava';
import { readFile } from 'node:fs/promises';
import { formatKnobs } from '../../src/cli/knob-table.js';
import { readKnobs } from '../../src/overlay/knobs.js';
import { jsonOf, s6ts } from '../harness/s6ts.js';

test('s6ts env prints the table of src/runtime/knobs.def, every row of it', async (t) => {
  const source = await readFile(new URL('../../src/runtime/knobs.def', import.meta.url), 'utf8');
  const names = [...source.matchAll(/^(?:NUMBER|TEXT)\(\w+, "(S6_\w+)"/gm)].map(([, name]) => name);
  const { code, stdout } = await s6ts(['env']);
  t.is(code, 0);
  const rows = stdout.trimEnd().split('\n').slice(1);
  t.deepEqual(
    rows.map((row) => row.split(' ')[0]),
    names,
  );
  t.regex(stdout, /^S6_KILL_GRACETIME +3000 ms +0…4294967 +\S/m);
  t.regex(stdout, /^S6_CMD_USER +not set +text +\S/m);
  t.like(jsonOf(await s6ts(['env', '--json'])), { knobs: names.map((name) => ({ name })) });
});

test('NAME shows a row, NAME=VALUE is judged: 1 is the "no"', async (t) => {
  const one = await s6ts(['env', 'S6_LOGGING']);
  t.is(one.code, 0);
  t.regex(one.stdout, /^VARIABLE.*\nS6_LOGGING .*\n$/);
  t.deepEqual(await s6ts(['env', 'S6_SYNC_DISKS=1']), {
    code: 0,
    stdout: 'S6_SYNC_DISKS=1 is good\n',
    stderr: '',
  });
  const wrong = await s6ts(['env', 'S6_KILL_GRACETME=5', 'S6_LOGGING=3', 'S6_CMD_STOPSIGNAL=X']);
  t.deepEqual(wrong, {
    code: 1,
    stdout:
      'S6_KILL_GRACETME is no variable of s6-overlay: did you mean S6_KILL_GRACETIME?\n' +
      'S6_LOGGING=3 is too big: 2 is used\nS6_CMD_STOPSIGNAL=X is no signal: left out\n',
    stderr: '',
  });
  const json = await s6ts(['env', 'S6_LOGING', '--json']);
  t.is(json.code, 1);
  t.like(jsonOf(json), { settings: [{ verdict: { kind: 'unknown', nearest: 'S6_LOGGING' } }] });
});

test('what it does is wrapped to the width of a terminal, in its own column', async (t) => {
  const { knobs } = await readKnobs();
  const lines = formatKnobs(knobs, 120).split('\n');
  t.deepEqual(
    lines.filter((line) => line.length > 120),
    [],
  );
  const column = lines[0]?.indexOf('WHAT IT DOES') ?? 0;
  t.true(lines.length > knobs.length + 1);
  for (const line of lines.filter((text) => text.startsWith(' '))) t.is(line.search(/\S/), column);
});
