import test from 'ava';
import { configFrom, type HistoryRow } from '../../../src/image/store/docker-daemon/inspect-config.js';

function row(createdBy: string, size = 0): HistoryRow {
  return { created: 1_600_000_000, createdBy, comment: '', size };
}

function history(
  layers: number,
  ...oldestLast: readonly HistoryRow[]
): readonly (readonly [string, boolean])[] {
  const config = configFrom(() => undefined, Array<string>(layers).fill('sha256:x'), oldestLast);
  const { history: rows } = JSON.parse(config) as { history: { created_by: string; empty_layer?: true }[] };
  return rows.map((entry) => [entry.created_by, entry.empty_layer !== true]);
}

test('values are copied as they stand, empty ones left out, in the order of the specification', (t) => {
  const shown: Readonly<Record<string, string>> = {
    Os: '"linux"',
    Architecture: '"arm"',
    Variant: '"v7"',
    Author: '""',
    Config: '{"Healthcheck":{"Interval":9007199254740993},"Env":null}',
    Created: '"2020-01-01T00:00:00.123456789Z"',
  };
  t.is(
    configFrom((key) => shown[key], ['sha256:a'], []),
    '{"architecture":"arm","variant":"v7","config":{"Healthcheck":{"Interval":9007199254740993},"Env":null},' +
      '"created":"2020-01-01T00:00:00.123456789Z","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:a"]}}',
  );
});

test('rows with a size have a layer; of the others those that change files, as many as are left', (t) => {
  t.deepEqual(history(1, row('CMD ["x"]'), row('ADD root.tar /', 5)), [
    ['ADD root.tar /', true],
    ['CMD ["x"]', false],
  ]);
  t.deepEqual(history(2, row('/bin/sh -c #(nop)  CMD ["x"]'), row('/bin/sh -c true'), row('base', 5)), [
    ['base', true],
    ['/bin/sh -c true', true],
    ['/bin/sh -c #(nop)  CMD ["x"]', false],
  ]);
  t.deepEqual(history(2, row('WORKDIR /a'), row('/bin/sh -c #(nop) COPY dir:0 in / '), row('base', 5)), [
    ['base', true],
    ['/bin/sh -c #(nop) COPY dir:0 in / ', true],
    ['WORKDIR /a', false],
  ]);
});
