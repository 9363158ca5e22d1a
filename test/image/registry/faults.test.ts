import { gzipSync } from 'node:zlib';
import test from 'ava';
import { streamOf } from '../../../src/base/byte-stream.js';
import { digestOf } from '../../../src/base/digest.js';
import type { Patience } from '../../../src/base/retry.js';
import { S6tsError } from '../../../src/base/error.js';
import { MEDIA_TYPES } from '../../../src/image/blob/media-type.js';
import { OciLayout } from '../../../src/image/store/oci-layout/oci-layout.js';
import { viaRegistryProxy, type Fault } from '../../harness/registry-proxy.js';
import { tarOf } from '../../harness/tarball.js';
import { cloned, copy, digestAt, manifestOf, QUICK, setStage, type Stage } from './setting.js';

let stage: Stage;
test.before(async () => {
  stage = await setStage();
  await copy(stage.layout, stage.source);
});
test.after.always(() => stage.close());

/** Requests of an inject, by what they are for. */
const AT = {
  ping: /^GET \/v2\/$/,
  manifest: /^GET \/v2\/[a-z0-9-]+\/manifests\/1$/,
  blob: /^GET \/v2\/[a-z0-9-]+\/blobs\//,
  look: /^HEAD \/v2\/[a-z0-9-]+\/blobs\//,
  begin: /^POST /,
  upload: /^PUT \/v2\/[a-z0-9-]+\/blobs\//,
  tag: /^PUT \/v2\/[a-z0-9-]+\/manifests\//,
} as const;

const BUSY: Fault = { kind: 'answer', status: 429, headers: { 'retry-after': '0' } };
const BROKEN: Fault = { kind: 'answer', status: 503 };
const RESET: Fault = { kind: 'reset' };
const STALL: Fault = { kind: 'stall' };
const CASES: readonly (readonly [name: string, at: keyof typeof AT, fault: Fault])[] = [
  ['too many requests at the first word', 'ping', BUSY],
  ['too many requests for a manifest', 'manifest', BUSY],
  ['a server error for a manifest', 'manifest', BROKEN],
  ['a manifest that ends early', 'manifest', { kind: 'truncate', to: 50 }],
  ['a manifest with a wrong byte', 'manifest', { kind: 'damage', at: 30 }],
  ['a connection reset before a blob', 'blob', RESET],
  ['a blob that is cut off', 'blob', { kind: 'cut', after: 100 }],
  ['a blob that ends early, as if that were all', 'blob', { kind: 'truncate', to: 100 }],
  ['a blob with a wrong byte', 'blob', { kind: 'damage', at: 90 }],
  ['a blob that stops coming', 'blob', { kind: 'dry-up', after: 100 }],
  ['a server error to HEAD', 'look', BROKEN],
  ['too many requests for an upload', 'begin', BUSY],
  ['no answer to the beginning of an upload', 'begin', STALL],
  ['a connection reset in an upload', 'upload', RESET],
  ['an upload whose session has gone', 'upload', { kind: 'answer', status: 404 }],
  ['an upload refused for its place, as after a restart', 'upload', { kind: 'answer', status: 416 }],
  ['a server error to an upload', 'upload', BROKEN],
  ['an upload that is not taken', 'upload', STALL],
  ['an upload whose answer is lost', 'upload', { kind: 'lose-answer' }],
  ['a server error to the tag', 'tag', BROKEN],
  ['a tag whose answer is lost', 'tag', { kind: 'lose-answer' }],
];

const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
const patienceFor = (fault: Fault): Patience =>
  fault.kind === 'stall' || fault.kind === 'dry-up' ? { ...QUICK, idleMs: 3000 } : QUICK;

for (const [name, at, fault] of CASES) {
  test(`${name}: it is tried again, and comes out the same`, async (t) => {
    const repository = slug(name);
    await cloned(stage.source, `docker://${stage.host}/${repository}:1`);
    let met = 0;
    const proxy = await viaRegistryProxy(t, stage.host, (line) => {
      // Each request of the kind fails the first time.
      if (!AT[at].test(line)) return undefined;
      met += 1;
      return met % 2 === 1 ? fault : undefined;
    });
    const report = await stage.inject(t, `docker://${proxy.host}/${repository}:1`, {
      registry: { patience: patienceFor(fault) },
    });
    t.true(met >= 2, proxy.seen.map(({ line }) => line).join('\n'));
    const stored = `docker://${stage.host}/${repository}:1-s6`;
    t.is(await digestAt(stored), report.target.id);
  });
}

for (const [name, at, fault, code] of [
  ['too many requests', 'manifest', BUSY, 'registry-refused'],
  ['a server error to each upload', 'upload', BROKEN, 'registry-refused'],
  ['a server that resets each connection', 'blob', RESET, 'fetch-unreachable'],
  ['a server that says nothing more', 'blob', STALL, 'fetch-unreachable'],
  ['a lying blob', 'blob', { kind: 'damage', at: 90 }, 'blob-mismatch'],
  ['a truncated blob', 'blob', { kind: 'truncate', to: 0 }, 'blob-mismatch'],
  ['an upload that is said to be there, and is not', 'upload', { kind: 'swallow' }, 'registry-refused'],
  ['a refused tag', 'tag', { kind: 'answer', status: 400 }, 'registry-refused'],
] as const satisfies readonly (readonly [string, keyof typeof AT, Fault, string])[]) {
  test(`for ever ${name}: given up after some tries, said clearly, and the tag is what it was`, async (t) => {
    const repository = slug(`for-ever-${name}`);
    const image = `docker://${stage.host}/${repository}`;
    await cloned(stage.source, `${image}:1`);
    await cloned(stage.source, `${image}:1-s6`);
    const before = await digestAt(`${image}:1-s6`);
    const proxy = await viaRegistryProxy(t, stage.host, (line) => (AT[at].test(line) ? fault : undefined));
    const patience = { ...QUICK, attempts: 2, ...(fault.kind === 'stall' ? { idleMs: 1000 } : {}) };
    const error = await t.throwsAsync(
      stage.inject(t, `docker://${proxy.host}/${repository}:1`, { registry: { patience } }),
      { instanceOf: S6tsError, code },
    );
    t.true(error.message.includes(proxy.host), error.message);
    t.is(await digestAt(`${image}:1-s6`), before);
    t.log(error.message);
  });
}

test('a server that asks for patience gets it: Retry-After is waited for', async (t) => {
  await cloned(stage.source, `docker://${stage.host}/patience:1`);
  const answered: number[] = [];
  const proxy = await viaRegistryProxy(t, stage.host, (line) => {
    if (!AT.manifest.test(line)) return undefined;
    answered.push(performance.now());
    return answered.length === 1
      ? { kind: 'answer', status: 429, headers: { 'retry-after': '1' } }
      : undefined;
  });
  await stage.inject(t, `docker://${proxy.host}/patience:1`);
  const [first = NaN, second = NaN] = answered;
  t.true(second - first >= 990);
});

test('once a layer is refused no other is begun', async (t) => {
  const folder = await stage.newFolder();
  const writer = await new OciLayout(folder).begin('1');
  const put = async (bytes: Buffer, mediaType: string): Promise<object> => {
    const blob = { mediaType, digest: digestOf(bytes), size: bytes.length };
    await writer.put(blob, () => streamOf([bytes]));
    return blob;
  };
  const tars = ['a', 'b', 'c', 'd'].map((name) => tarOf({ [`/${name}`]: name }));
  const layers: object[] = [];
  for (const tar of tars) layers.push(await put(gzipSync(tar), MEDIA_TYPES.oci.layer.gzip));
  const rootfs = { type: 'layers', diff_ids: tars.map(digestOf) };
  const json = { architecture: 'amd64', os: 'linux', config: { Cmd: ['/a'] }, rootfs };
  const config = await put(Buffer.from(JSON.stringify(json)), MEDIA_TYPES.oci.config);
  const { manifest } = MEDIA_TYPES.oci;
  await writer.commit(JSON.stringify({ schemaVersion: 2, mediaType: manifest, config, layers }), manifest);
  const proxy = await viaRegistryProxy(t, stage.host, (line) =>
    AT.upload.test(line) ? { kind: 'answer', status: 403 } : undefined,
  );
  const target = `docker://${proxy.host}/refused:1`;
  await t.throwsAsync(stage.inject(t, `oci:${folder}:1`, { target }), { code: 'registry-denied' });
  const sent = proxy.seen.map(({ line }) => line).filter((line) => AT.upload.test(line));
  t.true(sent.length <= 2, `a layer and, beside it, the config:\n${sent.join('\n')}`);
});

for (const [what, stalls, refused] of [
  ['a layer’s upload', (line: string) => line.startsWith('PUT'), /^$/],
  ['a layer that is to be taken over', (line: string) => line.includes('mount='), /^$/],
  ['a look for a layer', (line: string) => line.startsWith('HEAD'), /mount=/],
] as const) {
  test(`a refused config is told soon, while ${what} waits for a server that says nothing`, async (t) => {
    t.timeout(90_000, 'a layer whose image has failed is waited for');
    const from = slug(`refused ${what}`);
    await cloned(stage.source, `docker://${stage.host}/${from}:1`);
    const [base] = (await manifestOf(`docker://${stage.host}/${from}:1`)).layers;
    const proxy = await viaRegistryProxy(t, stage.host, (line) => {
      if (line.startsWith('DELETE')) return STALL;
      if (refused.test(line)) return { kind: 'answer', status: 403 };
      const isOfBase = decodeURIComponent(line).includes(base?.digest ?? '');
      if (isOfBase && line.includes(`/${from}-to/`)) return stalls(line) ? STALL : undefined;
      return line.startsWith('PUT') && AT.upload.test(line) ? { kind: 'answer', status: 403 } : undefined;
    });
    const inRegistry = what !== 'a layer’s upload';
    const error = await t.throwsAsync(
      stage.inject(t, inRegistry ? `docker://${proxy.host}/${from}:1` : stage.layout, {
        target: `docker://${proxy.host}/${from}-to:1`,
        registry: { patience: { ...QUICK, idleMs: 300_000 } },
      }),
      { code: 'registry-denied' },
    );
    t.log(error.message);
    t.is(await digestAt(`docker://${stage.host}/${from}-to:1`), undefined);
  });
}
