import { join } from 'node:path';
import test from 'ava';
import { runContainer } from '../../harness/container.js';
import { engine } from '../../harness/engine.js';
import { viaRegistryProxy } from '../../harness/registry-proxy.js';
import { cloned, copy, digestAt, inspect, manifestOf, run, setStage, type Stage } from './setting.js';

let stage: Stage;
test.before(async () => {
  stage = await setStage();
  await copy(stage.layout, stage.source);
});
test.after.always(() => stage.close());

/** What requests cost beside their bodies: a line, headers, and what an upload's session is called. */
const REQUEST_BYTES = 1000;

test('only layer, config and manifest are sent; skopeo takes the image, and it runs', async (t) => {
  const used = await engine();
  const proxy = await viaRegistryProxy(t, stage.host);
  await cloned(stage.source, `docker://${stage.host}/plain:1`);
  const report = await stage.inject(t, `docker://${proxy.host}/plain:1`);
  t.is(report.target.name, `docker://${proxy.host}/plain:1-s6`);
  const stored = `docker://${stage.host}/plain:1-s6`;
  const manifest = await manifestOf(stored);
  const [base, layer] = manifest.layers;
  const sent = [layer?.size ?? NaN, manifest.config.size, Buffer.byteLength(await inspect(stored, '--raw'))];
  const least = sent.reduce((sum, size) => sum + size);
  t.true(proxy.bytesSent() >= least);
  t.true(proxy.bytesSent() <= least + proxy.seen.length * REQUEST_BYTES, `${proxy.bytesSent()} for ${least}`);
  t.false(
    proxy.seen.some(({ line }) => line.startsWith('PUT') && line.includes(base?.digest.slice(7) ?? '')),
  );
  const [last] = proxy.seen.slice(-1);
  t.is(last?.line, 'PUT /v2/plain/manifests/1-s6');
  t.is((JSON.parse(await inspect(stored)) as { Digest: string }).Digest, report.target.id);
  await copy(stored, 'docker-daemon:registry-inject:back', '--dest-daemon-host', used.address);
  const ended = await runContainer({ image: 'registry-inject:back' });
  t.deepEqual([ended.exitCode, ended.stdout], [3, 'ran\n'], ended.stderr);
});

test('with its headers in the cache a base is not read again, and what is there is not sent again', async (t) => {
  await cloned(stage.source, `docker://${stage.host}/again:1`);
  const cacheFolder = await stage.freshCache();
  const first = await stage.inject(t, `docker://${stage.host}/again:1`, { cacheFolder });
  const proxy = await viaRegistryProxy(t, stage.host);
  const second = await stage.inject(t, `docker://${proxy.host}/again:1`, { cacheFolder });
  t.is(second.target.id, first.target.id);
  const { config } = await manifestOf(`docker://${stage.host}/again:1`);
  const read = proxy.seen.map(({ line }) => line).filter((line) => line.startsWith('GET /v2/again/blobs/'));
  t.deepEqual(read, [`GET /v2/again/blobs/${config.digest}`]);
  t.false(proxy.seen.some(({ line }) => line.startsWith('POST')));
  const upgraded = await stage.inject(t, `docker://${proxy.host}/again:1-s6`, { cacheFolder });
  t.deepEqual([upgraded.target.id, upgraded.upgraded], [first.target.id, 's6ts']);
});

test('of a base whose accounts are asked for nothing is read again either, once they are in the cache', async (t) => {
  await cloned(stage.source, `docker://${stage.host}/accounts:1`);
  const cacheFolder = await stage.freshCache();
  const proxy = await viaRegistryProxy(t, stage.host);
  const [base] = (await manifestOf(`docker://${stage.host}/accounts:1`)).layers;
  const reads = (): number =>
    proxy.seen.filter(({ line }) => line === `GET /v2/accounts/blobs/${base?.digest ?? ''}`).length;
  const warnings: string[] = [];
  for (const [account, expected] of [
    ['nobody', 2],
    ['nobody', 2],
    ['stranger', 2],
  ] as const) {
    const report = await stage.inject(t, `docker://${proxy.host}/accounts:1`, {
      cacheFolder,
      add: { services: [`web=s6-setuidgid ${account} sleep 1000`], env: [] },
    });
    t.is(reads(), expected);
    warnings.push(report.warnings.filter((line) => line.includes('account')).join());
  }
  t.deepEqual(warnings.slice(0, 2), ['', '']);
  t.regex(warnings[2] ?? '', /stranger/);
});

test('into another repository the layers are taken over, not sent', async (t) => {
  await cloned(stage.source, `docker://${stage.host}/from:1`);
  const proxy = await viaRegistryProxy(t, stage.host);
  const report = await stage.inject(t, `docker://${proxy.host}/from:1`, {
    target: `docker://${proxy.host}/team/to:new`,
  });
  const [base] = (await manifestOf(`docker://${stage.host}/team/to:new`)).layers;
  const mount = `POST /v2/team/to/blobs/uploads/?mount=${encodeURIComponent(base?.digest ?? '')}&from=from`;
  t.true(proxy.seen.some(({ line }) => line === mount));
  const looked = `HEAD /v2/team/to/blobs/${base?.digest ?? ''}`;
  t.false(
    proxy.seen.some(({ line }) => line === looked),
    'what can be taken over is not looked for before',
  );
  t.is(proxy.seen.filter(({ line }) => line.startsWith('PUT /v2/team/to/blobs/')).length, 2);
  t.is(
    (JSON.parse(await inspect(`docker://${stage.host}/team/to:new`)) as { Digest: string }).Digest,
    report.target.id,
  );
});

for (const [index, [refusal, status, place]] of (
  [
    ['begins an upload instead', 202, 'none'],
    ['begins one nowhere', 202, undefined],
    ['denies it', 403, undefined],
    ['finds nothing', 404, undefined],
    ['knows no such thing', 405, undefined],
    ['fails', 500, undefined],
  ] as const
).entries()) {
  test(`where a registry takes no layer over and ${refusal}, it is looked for and sent`, async (t) => {
    const [from, to] = [`refused-${index}`, `refused-${index}-to`];
    await cloned(stage.source, `docker://${stage.host}/${from}:1`);
    const headers: Record<string, string> =
      place === undefined ? {} : { location: `http://${stage.host}/v2/${to}/blobs/uploads/${place}` };
    const proxy = await viaRegistryProxy(t, stage.host, (line) =>
      line.includes('mount=') ? { kind: 'answer', status, headers } : undefined,
    );
    const report = await stage.inject(t, `docker://${proxy.host}/${from}:1`, {
      target: `docker://${proxy.host}/${to}:1`,
    });
    t.is(await digestAt(`docker://${stage.host}/${to}:1`), report.target.id);
    const [base] = (await manifestOf(`docker://${stage.host}/${to}:1`)).layers;
    const lines = proxy.seen.map(({ line }) => line);
    const looked = lines.indexOf(`HEAD /v2/${to}/blobs/${base?.digest ?? ''}`);
    const mounted = lines.findIndex((line) => line.includes('mount='));
    t.true(mounted >= 0 && looked > mounted);
    t.is(lines.filter((line) => line.startsWith(`PUT /v2/${to}/blobs/`)).length, 3);
  });
}

test('where a registry doesn’t say whether the image is signed, that is warned of, and all else is done', async (t) => {
  await cloned(stage.source, `docker://${stage.host}/unsaid:1`);
  const proxy = await viaRegistryProxy(t, stage.host, (line) =>
    line.endsWith('.sig') ? { kind: 'answer', status: 403 } : undefined,
  );
  const report = await stage.inject(t, `docker://${proxy.host}/unsaid:1`);
  t.regex(report.warnings.join(), /^whether the image is signed \(cosign\) can't be told: .*403/);
  t.is(await digestAt(`docker://${stage.host}/unsaid:1-s6`), report.target.id);
});

test('from a layout into a registry, and from a registry into a layout, it is the same image', async (t) => {
  const there = await stage.inject(t, stage.layout, { target: `docker://${stage.host}/mixed:new` });
  await cloned(stage.source, `docker://${stage.host}/mixed:1`);
  const here = await stage.inject(t, `docker://${stage.host}/mixed:1`);
  t.is(here.target.id, there.target.id);
  const folder = await stage.newFolder();
  const out = await stage.inject(t, `docker://${stage.host}/mixed:1`, { target: `oci:${folder}/out:1` });
  t.is(out.target.id, here.target.id);
  await run('umoci', ['unpack', '--rootless', '--image', `${folder}/out:1`, join(folder, 'unpacked')]);
});
