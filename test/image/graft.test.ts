import test from 'ava';
import fc from 'fast-check';
import { streamOf } from '../../src/base/byte-stream.js';
import { digestOf } from '../../src/base/digest.js';
import { graftAdditions, withoutAdditions } from '../../src/image/additions/graft-additions.js';
import { executionOf, graft, type GraftOptions } from '../../src/image/graft.js';
import type { Descriptor, Image } from '../../src/image/image.js';
import { labelsOf } from '../../src/image/labels.js';
import { ungraft } from '../../src/image/ungraft.js';

const LAYER = { diffId: digestOf('our layer') };
const OPTIONS: GraftOptions = {
  originalImage: 'sha256:base',
  overlayVersion: '1.2',
  overlayDigest: 'sha256:tarball',
};

function imageOf(config: object, more: object = {}, layers = 1): Image {
  const diffIds = Array.from({ length: layers }, (_, index) => digestOf(`layer ${index}`));
  const text = JSON.stringify({
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: diffIds },
    ...more,
  });
  return { config: text, layers: diffIds.map((diffId) => ({ diffId })) };
}

function parsed(image: Image): {
  config: Record<string, unknown>;
  history?: unknown[];
  rootfs: { diff_ids: string[] };
} {
  return JSON.parse(image.config) as ReturnType<typeof parsed>;
}

test('ENTRYPOINT goes below /init, argument by argument', (t) => {
  for (const entrypoint of [['a', '', 'b\nc', '"q"', "it's", 'ü→', '\u0000', '--'], [], undefined, null]) {
    const { image } = graft(imageOf({ Entrypoint: entrypoint, Cmd: ['x', ''] }), LAYER, OPTIONS);
    t.deepEqual(parsed(image).config['Entrypoint'], ['/init', ...(entrypoint ?? [])]);
    t.deepEqual(parsed(image).config['Cmd'], ['x', '']);
  }
});

test('STOPSIGNAL goes to the CMD, TERM to /init', (t) => {
  const signal = (config: object): readonly unknown[] => {
    const { image } = graft(imageOf(config), LAYER, OPTIONS);
    return [parsed(image).config['StopSignal'], parsed(image).config['Env']];
  };
  t.deepEqual(signal({ StopSignal: 'SIGQUIT' }), ['SIGTERM', ['S6_CMD_STOPSIGNAL=SIGQUIT']]);
  t.deepEqual(signal({ StopSignal: '3', Env: ['A=1'] }), ['SIGTERM', ['A=1', 'S6_CMD_STOPSIGNAL=3']]);
  for (const same of ['SIGTERM', 'term', '15']) t.deepEqual(signal({ StopSignal: same }), [same, undefined]);
  t.deepEqual(signal({}), [undefined, undefined]);
  t.deepEqual(signal({ StopSignal: '3', Env: ['S6_CMD_STOPSIGNAL=2'] }), [
    'SIGTERM',
    ['S6_CMD_STOPSIGNAL=2'],
  ]);
  t.deepEqual(signal({ Entrypoint: ['dumb-init', '-r', '15:3', 'x'] }), [undefined, ['S6_CMD_STOPSIGNAL=3']]);
});

test('USER stays, or goes to the CMD alone', (t) => {
  const user = (name: string, servicesAsRoot: boolean): readonly unknown[] => {
    const { image } = graft(imageOf({ User: name }), LAYER, { ...OPTIONS, servicesAsRoot });
    return [parsed(image).config['User'], parsed(image).config['Env']];
  };
  t.deepEqual(user('app:grp', false), ['app:grp', undefined]);
  t.deepEqual(user('app:grp', true), ['root', ['S6_CMD_USER=app:grp']]);
  for (const root of ['', 'root', '0', '0:0']) t.deepEqual(user(root, true), [root, undefined]);
});

test('tini is dropped, or kept below', (t) => {
  const image = imageOf({ Entrypoint: ['/sbin/tini', '-g', '--', 'app'] });
  const dropped = graft(image, LAYER, OPTIONS);
  t.deepEqual(dropped.after.entrypoint, ['/init', 'app']);
  t.deepEqual(dropped.unwrapped?.lost, ['-g']);
  const kept = graft(image, LAYER, { ...OPTIONS, keepInit: true });
  t.deepEqual(kept.after.entrypoint, ['/init', '/sbin/tini', '-g', '--', 'app']);
  t.is(kept.unwrapped, undefined);
});

test('an /init that ours replaces is not doubled, in ENTRYPOINT or CMD', (t) => {
  const options = { ...OPTIONS, replacesInit: true };
  t.deepEqual(graft(imageOf({ Entrypoint: ['/init', 'x'] }), LAYER, options).after.entrypoint, [
    '/init',
    'x',
  ]);
  const inCmd = graft(imageOf({ Cmd: ['/init', 'x'] }), LAYER, options);
  t.deepEqual([inCmd.after.entrypoint, inCmd.after.cmd], [['/init'], ['x']]);
});

test('one history entry, none where there was no history', (t) => {
  const history = [{ created: 'then', created_by: 'ADD' }];
  const { image } = graft(imageOf({}, { history, created: '2020-01-02T03:04:05.6Z' }), LAYER, OPTIONS);
  t.deepEqual(parsed(image).history?.at(-1), {
    created: '2020-01-02T03:04:05.6Z',
    created_by: 's6ts inject: s6-overlay 1.2 (sha256:tarball)',
    comment: 's6ts inject',
  });
  t.is(parsed(image).history?.length, 2);
  t.false('history' in parsed(graft(imageOf({}), LAYER, OPTIONS).image));
  t.deepEqual(parsed(graft(imageOf({}, { history: [] }), LAYER, OPTIONS).image).history, []);
});

test('labels say what was done', (t) => {
  const { image } = graft(imageOf({ Entrypoint: ['a b'], Labels: { own: '1' } }, {}, 3), LAYER, OPTIONS);
  t.like(labelsOf(image.config), {
    own: '1',
    's6ts.version': '1.2',
    's6ts.overlay': 'sha256:tarball',
    's6ts.original.image': 'sha256:base',
    's6ts.original.entrypoint': '["a b"]',
    's6ts.layer': '3',
  });
  t.deepEqual(
    parsed(image).rootfs.diff_ids,
    image.layers.map(({ diffId }) => diffId),
  );
  t.is(image.layers.length, 4);
});

test('a config of wrong types is refused, a lone string is a list', (t) => {
  t.deepEqual(executionOf('{"config":{"Entrypoint":"a b"}}').entrypoint, ['a b']);
  for (const config of [{ Entrypoint: [1] }, { Cmd: {} }, { User: 7 }, { StopSignal: [] }]) {
    t.throws(() => graft(imageOf(config), LAYER, OPTIONS), { code: 'image-config' });
  }
});

const word = fc.string({ maxLength: 6 });
const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 3, arbitrary: of }, fc.constantFrom(null, undefined));
const anyConfig = fc.record(
  {
    Entrypoint: optional(fc.oneof(fc.array(word, { maxLength: 3 }), fc.constant(['tini', '--', 'x']))),
    Cmd: optional(fc.array(word, { maxLength: 3 })),
    Env: optional(
      fc.array(
        word.map((value) => `A=${value}`),
        { maxLength: 2 },
      ),
    ),
    Labels: optional(fc.dictionary(word, word, { maxKeys: 2 })),
    User: optional(word),
    StopSignal: optional(fc.constantFrom('SIGINT', 'SIGTERM', '')),
    Unknown: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: [] },
);

/** JSON text as anybody may write it: any order, white space, numbers that no parser keeps, and keys of nobody. */
const SPACES = fc.constantFrom('', ' ', '\n', '\t', ' \r\n ');
const STRANGE = fc.constantFrom(
  '1.0',
  '1E2',
  '-0',
  '0.10',
  '123456789012345678901234567890',
  '[ ]',
  '{}',
  'null',
);
function textOf(members: Readonly<Record<string, string>>): fc.Arbitrary<string> {
  const strange = fc.dictionary(fc.constantFrom('10', '2', 'x', '\u00e4', ''), STRANGE, { maxKeys: 3 });
  return fc.tuple(strange, SPACES, SPACES).chain(([more, before, after]) =>
    fc
      .shuffledSubarray(Object.entries({ ...more, ...members }), {
        minLength: Object.keys({ ...more, ...members }).length,
      })
      .map((all) => {
        const each = all.map(
          ([key, raw]) => `${before}${JSON.stringify(key)}${after}:${before}${raw}${after}`,
        );
        return `{${each.join(',')}${after}}${after}`;
      }),
  );
}

test('what was grafted comes off again to the byte, config and manifest, in any layout of the text', (t) => {
  const history = optional(fc.array(fc.record({ created_by: word }), { maxLength: 2 }));
  const base = { diffId: digestOf('layer 0'), blob: describe('layer 0'), openBlob: () => streamOf([]) };
  const layer = { ...LAYER, blob: describe('our layer') };
  const addedLayer = { diffId: digestOf('added'), blob: describe('added') };
  const additions = fc.record({
    tree: fc.constant(new Map()),
    services: fc.constant([]),
    env: fc.dictionary(fc.constantFrom('A', 'B', 'C'), word).map((env) => new Map(Object.entries(env))),
    cmd: fc.array(word),
  });
  const step = optional(fc.array(word, { maxLength: 2 }));
  const config = fc.tuple(optional(anyConfig), history, step).chain(([value, rows, cmd]) =>
    textOf({
      ...(value === undefined ? {} : { config: JSON.stringify(value) }),
      ...(rows === undefined ? {} : { history: JSON.stringify(rows) }),
      rootfs: `{"diff_ids": ["${base.diffId}" ] ,"type":"layers"}`,
      ...(cmd === undefined ? {} : { container_config: `{"Cmd": ${JSON.stringify(cmd, null, 1)}}` }),
    }),
  );
  const image = config.chain((text) =>
    textOf({
      config: JSON.stringify(describe(text)),
      layers: `[ ${JSON.stringify(base.blob)}\n]`,
      schemaVersion: '2',
    }).map((manifest) => ({ text, manifest })),
  );
  fc.assert(
    fc.property(image, fc.boolean(), additions, ({ text, manifest }, servicesAsRoot, added) => {
      const before: Image = { config: text, manifest: { text: manifest, mediaType: 'm' }, layers: [base] };
      const onto = graftAdditions(before, added.env.size > 1 ? undefined : addedLayer, added);
      const { image: grafted } = graft(onto, layer, { ...OPTIONS, servicesAsRoot });
      t.not(grafted.manifest?.text, manifest);
      const undone = ungraft(grafted);
      t.deepEqual(undone?.image, onto);
      t.deepEqual(withoutAdditions(onto), { image: before, layerRemoved: true });
      t.is(undone?.originalImage, 'sha256:base');
    }),
  );
});

function describe(text: string): Descriptor {
  return { mediaType: 'm', digest: digestOf(text), size: Buffer.byteLength(text) };
}

test('an engine that writes the config anew loses no value of it', (t) => {
  const before = imageOf({
    Entrypoint: null,
    Labels: { z: '1' },
    Env: ['A=1'],
    StopSignal: 'SIGINT',
    User: 'app',
  });
  const { image } = graft(before, LAYER, { ...OPTIONS, servicesAsRoot: true });
  const { config, ...rest } = parsed(image);
  const sorted = Object.fromEntries(Object.entries(labelsOf(image.config)).sort());
  const undone = ungraft({
    ...image,
    config: JSON.stringify({ ...rest, config: { ...config, Labels: sorted } }),
  });
  t.deepEqual(undone === undefined ? undefined : parsed(undone.image).config, parsed(before).config);
});

test('what was built on top keeps its layers and its own ENTRYPOINT', (t) => {
  const { image } = graft(imageOf({ Entrypoint: ['old'] }), LAYER, OPTIONS);
  const { config, rootfs, ...rest } = parsed(image);
  const above = digestOf('above');
  const built = (entrypoint: readonly string[]): ReturnType<typeof ungraft> =>
    ungraft({
      config: JSON.stringify({
        ...rest,
        config: { ...config, Entrypoint: entrypoint },
        rootfs: { ...rootfs, diff_ids: [...rootfs.diff_ids, above] },
      }),
      layers: [...image.layers, { diffId: above }],
    });
  for (const [now, then] of [
    [['/init', 'old'], ['old']],
    [['/init', 'new'], ['new']],
    [['bare'], ['bare']],
  ] as const) {
    const undone = built(now);
    t.is(undone?.layerRemoved, false);
    t.deepEqual(undone?.image.layers.length, 3);
    t.deepEqual(undone === undefined ? undefined : executionOf(undone.image.config).entrypoint, then);
  }
});

test("an image without our labels, or with somebody else's, was never grafted", (t) => {
  t.is(ungraft(imageOf({})), undefined);
  for (const undo of [
    '',
    '{}',
    '[]',
    '{"before":1,"entrypoint":[],"env":[]}',
    '{"before":{},"entrypoint":[1],"env":[]}',
  ]) {
    t.is(ungraft(imageOf({ Labels: { 's6ts.undo': undo, 's6ts.layer': '0' } })), undefined, undo);
  }
});
