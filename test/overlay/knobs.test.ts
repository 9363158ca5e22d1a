import test from 'ava';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeSetting, nearestKnob, readKnobs, type KnobTable } from '../../src/overlay/knobs.js';

const table: KnobTable = await readKnobs();
const verdict = (name: string, value: string): string => {
  const judged = judgeSetting(table, name, value);
  switch (judged.kind) {
    case 'good':
      return `good ${judged.value}`;
    case 'bad-value':
      return `${judged.why}: ${judged.used}`;
    case 'unknown':
      return `unknown, ${judged.nearest ?? 'nothing near'}`;
    case 'foreign':
      return 'foreign';
  }
};

test('numbers, their bounds and what is used beyond them', (t) => {
  for (const [value, expected] of [
    ['0', 'good 0'],
    ['0050', 'good 50'],
    ['4294967', 'good 4294967'],
    ['4294968', 'too big: 4294967'],
    ['99999999999999999999999', 'too big: 4294967'],
    ['-1', 'too small: 0'],
    ['-', 'no number: 3000'],
    ['3s', 'no number: 3000'],
    [' 3', 'no number: 3000'],
    ['0x3', 'no number: 3000'],
    ['', 'good 3000'],
  ] as const)
    t.is(verdict('S6_KILL_GRACETIME', value), expected, value);
  t.is(verdict('S6_LOGGING', '3'), 'too big: 2');
  t.is(verdict('S6_SYNC_DISKS', 'yes'), 'no number: 0');
});

test('a "set" knob takes anything, a text too; a signal must be one', (t) => {
  t.is(verdict('S6_KEEP_ENV', 'yes'), 'good 1');
  t.is(verdict('S6_KEEP_ENV', '0'), 'good 0');
  t.is(verdict('S6_GLOBAL_PATH', '/x:/y'), 'good /x:/y');
  for (const signal of ['TERM', 'sigterm', 'SIGWINCH', '15', '64', 'RTMIN', 'SIGRTMIN+30', 'rtmax-30', 'IOT'])
    t.is(verdict('S6_CMD_STOPSIGNAL', signal), `good ${signal}`);
  for (const odd of ['0', '65', 'TERMS', 'SIG', 'RTMIN+31', 'RTMAX+1', '-15'])
    t.is(verdict('S6_CMD_STOPSIGNAL', odd), 'no signal: ', odd);
});

test('unknown names and their neighbours; names that are not for /init', (t) => {
  t.is(verdict('S6_KILL_GRACETME', '5'), 'unknown, S6_KILL_GRACETIME');
  t.is(verdict('S6_QUITE_ANOTHER_THING', '5'), 'unknown, nothing near');
  t.is(verdict('S6_OVERLAY_VERSION', '3.2'), 'foreign');
  t.is(verdict('HOME', '/'), 'foreign');
  t.is(nearestKnob(table, 'S6_KEEPENV'), 'S6_KEEP_ENV');
});

test('a table that is missing or holds something else is said, with the way to make it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 's6ts-knobs-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'tables.json');
  await t.throwsAsync(readKnobs(path), { message: new RegExp(path), code: 'file-missing' } as object);
  for (const text of ['{', '[]', '{"knobs":[],"signals":[]}', '{"knobs":[{"name":1}],"signals":["HUP"]}']) {
    await writeFile(path, text);
    await t.throwsAsync(readKnobs(path), { code: 'runtime-malformed' } as object, text);
  }
});
