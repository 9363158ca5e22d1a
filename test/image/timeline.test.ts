import test from 'ava';
import fc from 'fast-check';
import { drawChart } from '../../src/cli/draw-chart.js';
import { bootChart } from '../../src/image/boot-chart.js';
import { parseTimeline, type TimelineEvent } from '../../src/image/timeline.js';

const event = (
  ms: number,
  stage: string,
  what: string,
  more: Partial<TimelineEvent> = {},
): TimelineEvent => ({
  ns: 5_000_000_000 + ms * 1e6,
  stage,
  event: what,
  ...more,
});

const LIFE: readonly TimelineEvent[] = [
  event(0, 'init', 'start', { pid: 1 }),
  event(1, 'svscan', 'start', { pid: 7 }),
  event(2, 'stage2', 'start', { pid: 8 }),
  event(10, 'cont-init.d', 'start', { name: '00', pid: 9 }),
  // Stage 2 is a process of its own: its lines and /init's may change places.
  event(4, 'svscan', 'ready', { pid: 7 }),
  event(60, 'cont-init.d', 'end', { name: '00', pid: 9, code: 2 }),
  event(61, 'services', 'start', { name: 'web' }),
  event(80, 'services', 'ready', { name: 'web' }),
  event(100, 'cmd', 'start', { name: 'sh', pid: 20 }),
  event(3_600_000, 'stage3', 'start'),
  event(3_600_020, 'cmd', 'end', { name: 'sh', pid: 20, code: 143 }),
  event(3_600_050, 'services', 'end', { name: 'web' }),
  event(3_600_060, 'cont-finish.d', 'start', { name: '00', pid: 30 }),
  event(3_600_090, 'cont-finish.d', 'end', { name: '00', pid: 30, code: 0 }),
  event(3_600_090, 'stage3', 'sweep'),
  event(3_600_100, 'init', 'end', { code: 143 }),
];

test('start and stop have scales of their own, however long lies between', (t) => {
  const chart = bootChart(LIFE);
  t.is(chart.code, 143);
  t.is(chart.lifeMs, 3_600_100);
  const [start, stop] = chart.phases;
  t.deepEqual([start?.name, start?.ms, stop?.name, stop?.ms], ['start', 100, 'stop', 100]);
  t.deepEqual(start?.spans, [
    { label: 's6-svscan', startMs: 1, endMs: 4, pid: 7, state: 'ready' },
    { label: 'cont-init.d 00', startMs: 10, endMs: 60, code: 2, pid: 9 },
    { label: 'service web', startMs: 61, endMs: 80, state: 'ready' },
    { label: 'CMD sh', startMs: 100, endMs: 100, pid: 20, state: 'running' },
  ]);
  t.deepEqual(stop?.spans, [
    { label: 'CMD sh', startMs: 0, endMs: 20, code: 143, pid: 20 },
    { label: 'service web', startMs: 0, endMs: 50 },
    { label: 'cont-finish.d 00', startMs: 60, endMs: 90, code: 0, pid: 30 },
    { label: 'what is left', startMs: 90, endMs: 100 },
  ]);
});

test('a container that still runs has a start and no code', (t) => {
  const chart = bootChart(LIFE.slice(0, 9));
  t.deepEqual([chart.phases.length, chart.code, chart.lifeMs], [1, undefined, 100]);
});

test('drawn: blocks on a terminal, ASCII elsewhere, each bar at its place and within the width', (t) => {
  const ascii = drawChart(bootChart(LIFE), { width: 80, unicode: false });
  t.regex(ascii, /^[\n -~]*$/);
  const lines = ascii.split('\n');
  t.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
  const bars = (label: string): [number, number] => {
    const line = lines.find((text) => text.startsWith(label)) ?? '';
    return [line.indexOf('#'), line.lastIndexOf('#') - line.indexOf('#') + 1];
  };
  const left = bars('CMD sh')[0];
  const [at, length] = bars('cont-init.d 00');
  t.true(at > bars('s6-svscan')[0] && at + length <= bars('service web')[0] + 1, ascii);
  t.true(length > 10 && left > at, ascii);
  t.regex(ascii, /^cont-init\.d 00 .*50\.0 ms, exit code 2$/m);
  t.regex(ascii, /^3600\.1 s in all, exit code 143$/m);
  const unicode = drawChart(bootChart(LIFE), { width: 80, unicode: true });
  t.regex(unicode, /^cont-init\.d 00 .*█{10}/m);
  t.false(unicode.includes('#'));
});

test('any timeline of the right form is drawn, in any width', (t) => {
  const events = fc.array(
    fc.record(
      {
        ns: fc.nat(),
        stage: fc.constantFrom('init', 'svscan', 'stage2', 'cont-init.d', 'services', 'cmd', 'stage3', 'x'),
        event: fc.constantFrom('start', 'end', 'ready', 'up', 'sweep', 'x'),
        name: fc.constantFrom('a', 'b'),
        pid: fc.nat(),
        code: fc.nat(255),
      },
      { requiredKeys: ['ns', 'stage', 'event'] },
    ),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(events, fc.integer({ min: 0, max: 300 }), fc.boolean(), (life, width, unicode) => {
      const text = life.map((line) => `${JSON.stringify(line)}\n`).join('');
      const drawn = drawChart(bootChart(parseTimeline(text, 'it')), { width, unicode });
      return drawn.length > 0 && !/NaN|Infinity|undefined/.test(drawn);
    }),
  );
  t.pass();
});

test('names are bytes: UTF-8 is put together again, other bytes stay', (t) => {
  const name = (escaped: string): string | undefined =>
    parseTimeline(`{"ns":1,"stage":"s","event":"e","name":"${escaped}"}\n`, 'it')[0]?.name;
  t.is(name('\\u00c3\\u00bc\\u0022\\u000a'), 'ü"\n');
  t.is(name('a\\u00ff'), 'aÿ');
});

test('a name can’t draw on the terminal', (t) => {
  const chart = bootChart([event(0, 'cont-init.d', 'start', { name: '\u001b[2J\nx' })]);
  const drawn = drawChart(chart, { width: 80, unicode: true });
  t.false(drawn.includes('\u001b'));
  t.regex(drawn, /^cont-init\.d .*x /m);
});

test('bad lines are listed with their numbers; a line that is being written is left out', (t) => {
  const good = '{"ns":1,"stage":"init","event":"start","pid":1}\n';
  t.is(parseTimeline(`${good}{"ns":2,"sta`, 'it').length, 1);
  const bad = ['x', '[]', '{"ns":"1"}', '{"ns":1}', '{"ns":1,"stage":"s"}', '{"ns":-1}', '{}', '7'];
  const error = t.throws(() => parseTimeline(`${good}${bad.join('\n')}\n`, 'FILE'), {
    code: 'timeline-malformed',
  } as object);
  t.regex(error.message, /^FILE is no timeline: line 2: no JSON; line 3: no JSON object; line 4: ns/);
  t.regex(error.message, /line 5: stage is no text; line 6: event is no text; and 3 more$/);
  for (const odd of ['"pid":1.5', '"code":"3"', '"name":4'])
    t.throws(() => parseTimeline(`{"ns":1,"stage":"s","event":"e",${odd}}\n`, 'it'), { message: /line 1/ });
  t.throws(() => parseTimeline('', 'it'), { message: /empty/ });
});

test('1e999 is JSON, and no time', (t) => {
  const text = '{"ns":1e999,"stage":"init","event":"start"}\n';
  t.throws(() => parseTimeline(text, 'f'), { message: /line 1: ns is no time/ });
});

test('stages named as what every object has are stages', (t) => {
  const chart = bootChart([event(0, 'constructor', 'start', { name: 'x' }), event(1, '__proto__', 'start')]);
  t.deepEqual(
    chart.phases[0]?.spans.map(({ label }) => label),
    ['constructor x', '__proto__'],
  );
});

test('200,000 services are drawn, each with its own begin and end', (t) => {
  const names = Array.from({ length: 200_000 }, (_, index) => `s${index}`);
  const chart = bootChart([
    ...names.map((name, index) => event(index, 'services', 'start', { name })),
    ...names.map((name, index) => event(300_000 + index, 'services', 'up', { name })),
  ]);
  const spans = chart.phases[0]?.spans ?? [];
  t.is(spans.length, names.length);
  t.true(spans.every(({ startMs, endMs, state }) => endMs - startMs === 300_000 && state === 'up'));
  t.is(drawChart(chart, { width: 80, unicode: false }).split('\n').length, names.length + 3);
});
