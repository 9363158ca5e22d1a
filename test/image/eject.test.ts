import { execFile } from 'node:child_process';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { eject, type EjectReport } from '../../src/image/eject.js';
import { formatEjected } from '../../src/image/eject-summary.js';
import { MEDIA_TYPES } from '../../src/image/blob/media-type.js';
import type { Descriptor } from '../../src/image/image.js';
import { runContainer } from '../harness/container.js';
import { engine, type Engine } from '../harness/engine.js';
import { buildImage, imageOf } from '../harness/images.js';
import { busyboxRoot } from '../harness/roots.js';
import { jsonOf, s6ts } from '../harness/s6ts.js';
import { injecting, loadImage, storeContext, temporaryFolder } from './injecting.js';
import { addText, descriptorIn, forget, layoutOf, type TextImage } from './layouts.js';

const run = promisify(execFile);

type Done = EjectReport & { kind: 'ejected' };

async function ejecting(t: ExecutionContext, image: string, target?: string, used?: Engine): Promise<Done> {
  const context = storeContext(used?.address ?? 'unix:///nonexistent', await temporaryFolder(t));
  const report = await eject({ image, ...(target === undefined ? {} : { target }) }, context);
  if (report.kind === 'refused') throw new Error(formatEjected(report));
  return report;
}

/** What parse and stringify would change: order, spaces, numbers too big, keys that nobody knows, keys without values. */
function oddImage(architecture: string): TextImage {
  return {
    files: { ...busyboxRoot(), '/arch': architecture },
    config: (diffId) =>
      `{ "10": 1.0, "2":[ ],\t"os":"linux","history":[{"created_by":"x"}],\n "config": {"Labels":null,"StopSignal": "SIGQUIT",` +
      `"Cmd":["true"],"big":123456789012345678901234567890 ,"User":"nobody"},"rootfs": {"diff_ids":["${diffId}"  ],"type":"layers"},` +
      `"architecture":"${architecture}","created":"2020-01-02T03:04:05.123456789Z" }\n`,
    manifest: (config, layer) =>
      `{\n   "layers" : [ ${JSON.stringify(layer, null, 1)} ], "9": 1E2, "1": null,"annotations":{"z":"","a":"1"},` +
      ` "config": {"size" : ${config.size}, "digest":"${config.digest}","x":0.10, "mediaType":"${config.mediaType}"},"schemaVersion":2}`,
  };
}

test('a layout: the very manifest comes back, found or put together; skopeo takes it', async (t) => {
  const folder = await layoutOf(t, { '1': oddImage('amd64') });
  const { digest: original } = await descriptorIn(folder, '1');
  const injected = await injecting(t, { address: 'none' }, `oci:${folder}:1`, { servicesAsRoot: true });
  t.not(injected.target.id, original);
  const found = await ejecting(t, injected.target.name, `oci:${folder}:found`);
  t.like(found, { sameness: 'bytes', replaced: null, target: { id: original } });
  await forget(folder, original);
  const made = await ejecting(t, injected.target.name);
  t.like(made, { sameness: 'bytes', target: { id: original, name: `oci:${folder}:1` } });
  await run('skopeo', ['inspect', `oci:${folder}:1`]);
  // An upgrade doesn't take the upgraded image for the original.
  const again = await injecting(t, { address: 'none' }, injected.target.name);
  t.is((await ejecting(t, again.target.name)).target.id, original);
});

test('an image that was packed anew since keeps its config, and that is said', async (t) => {
  const folder = await layoutOf(t, { '1': oddImage('amd64') });
  const { target } = await injecting(t, { address: 'none' }, `oci:${folder}:1`);
  const copy = `oci:${folder}-zstd:1-s6`;
  await run('skopeo', ['copy', '-q', '--dest-compress-format', 'zstd', target.name, copy]);
  const report = await ejecting(t, copy);
  t.is(report.sameness, 'config');
  t.regex(formatEjected(report), /config and image id as they were/);
});

test('an index comes back whole, attestations too; else put together, and what is missing is said', async (t) => {
  const folder = await layoutOf(t, { a: oddImage('amd64'), note: oddImage('unknown') });
  const [image, note] = [await descriptorIn(folder, 'a'), await descriptorIn(folder, 'note')];
  const entry = ({ digest, size, mediaType }: Descriptor, more: string): string =>
    `{"digest":"${digest}", "size":${size},"mediaType":"${mediaType}",${more}}`;
  const platform = '"platform": {"os":"linux","architecture":"amd64"} ,"x":1.0';
  const attests = `"platform":{"architecture":"unknown","os":"unknown"},"annotations":{"vnd.docker.reference.digest":"${image.digest}"}`;
  const index = (entries: readonly string[], more = ''): string =>
    `{"manifests":[ ${entries.join(' , ')}],"schemaVersion":2, "mediaType":"${MEDIA_TYPES.oci.index}"${more}}`;
  const both = index([entry(image, platform), entry(note, attests)]);
  const { digest } = await addText(folder, 'both', both, MEDIA_TYPES.oci.index);
  const injected = await injecting(t, { address: 'none' }, `oci:${folder}:both`);
  t.like(await ejecting(t, injected.target.name), { sameness: 'bytes', target: { id: digest } });
  await forget(folder, digest);
  const without = await ejecting(t, injected.target.name);
  t.like(without, { sameness: 'values', incomplete: true });
  t.regex(formatEjected(without), /don't come back/);

  for (const [name, annotations] of [
    ['plain', ''],
    ['empty', ', "annotations": {}'],
    ['own', ',"annotations":{ "own": "1"}'],
  ] as const) {
    const text = index([entry(image, platform)], annotations);
    const plain = await addText(folder, name, text, MEDIA_TYPES.oci.index);
    const { target } = await injecting(t, { address: 'none' }, `oci:${folder}:${name}`);
    await forget(folder, plain.digest);
    t.like(await ejecting(t, target.name), {
      sameness: 'bytes',
      incomplete: false,
      target: { id: plain.digest },
    });
  }
});

test('an engine names the original again; the name is not taken from another image', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'eject', busyboxRoot(), ['CMD ["true"]', 'STOPSIGNAL SIGINT']);
  const id = (await used.docker.getImage(image).inspect()).Id;
  for (const via of ['load', 'commit'] as const) {
    await injecting(t, used, image, { via, target: `eject-${via}:1-s6` });
    const report = await ejecting(t, `eject-${via}:1-s6`, undefined, used);
    t.like(report, { via: 'tag', sameness: 'bytes', target: { id, name: `eject-${via}:1` } });
    t.is((await used.docker.getImage(`eject-${via}:1`).inspect()).Id, id);
  }
  await used.docker.getImage('eject-load:1-s6').tag({ repo: 'eject-taken', tag: '1-s6' });
  await used.docker.getImage('eject-load:1-s6').tag({ repo: 'eject-taken', tag: '1' });
  await t.throwsAsync(ejecting(t, 'eject-taken:1-s6', undefined, used), { code: 'target-taken' });
  const replaced = await ejecting(t, 'eject-taken:1-s6', 'eject-taken:1', used);
  t.is(replaced.target.id, id);
});

test('in an engine that has lost the original, its exact config comes back, or its values, as is said', async (t) => {
  const used = await engine();
  const config = (diffId: string): string =>
    `{"architecture":"amd64","os":"linux", "config":{"Cmd":["echo","back"],"User":"", "Labels":{"z":"1"}},"rootfs":{"type":"layers","diff_ids":["${diffId}"]}}`;
  for (const [how, options, sameness] of [
    ['exact', { exact: true }, 'bytes'],
    ['load', {}, 'values'],
    ['commit', { via: 'commit' }, 'values'],
  ] as const) {
    const name = `eject-lost-${how}:1`;
    const files = { ...busyboxRoot(), '/how': how };
    await loadImage(used, name, files, config);
    const before = await used.docker.getImage(name).inspect();
    await injecting(t, used, name, options);
    await used.docker.getImage(name).remove();
    // What is committed remembers its parent, until it travels.
    if (how === 'commit') await travel(used, `${name}-s6`);
    const report = await ejecting(t, `${name}-s6`, undefined, used);
    const after = await used.docker.getImage(name).inspect();
    t.is(report.sameness, sameness, how);
    t.is(report.target.id === before.Id, sameness === 'bytes', how);
    t.deepEqual(after.RootFS, before.RootFS, how);
    t.deepEqual(
      [after.Config.Cmd, after.Config.Entrypoint],
      [before.Config.Cmd, before.Config.Entrypoint],
      how,
    );
    t.deepEqual(after.Config.Labels, { z: '1' });
    t.is((await runContainer({ image: name })).stdout, 'back\n', how);
  }
});

/** Saves an image, removes it, and loads it again. */
async function travel({ docker }: Engine, name: string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of await docker.getImage(name).get()) chunks.push(Buffer.from(chunk as Uint8Array));
  await docker.getImage(name).remove();
  const loaded = await docker.loadImage(Readable.from(chunks), { quiet: true });
  for await (const line of loaded) if (line.toString().includes('"error"')) throw new Error(line.toString());
}

test('edits that were made since stay, with a warning', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'eject-edited', busyboxRoot(), ['ENTRYPOINT ["echo"]']);
  const { target } = await injecting(t, used, image, { target: 'eject-edited:1-s6' });
  const edited = await buildImage(used, 'eject-edited', `FROM ${target.name}\nENV LATER=1\n`);
  const report = await ejecting(t, edited, 'eject-edited:back', used);
  t.is(report.sameness, 'values');
  t.regex(formatEjected(report), /warning: .*those edits stay/);
  const { Config } = await used.docker.getImage('eject-edited:back').inspect();
  t.true(Config.Env.includes('LATER=1'));
  t.deepEqual([Config.Entrypoint, Config.Labels], [['echo'], null]);
});

test('an image that is not ours, or that was built upon, is refused with exit code 1', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'eject-other', busyboxRoot(), ['CMD ["true"]']);
  const env = { DOCKER_HOST: used.address, HOME: '/nonexistent' };
  const foreign = await s6ts(['eject', image], env);
  t.is(foreign.code, 1, foreign.stderr);
  t.regex(foreign.stdout, /was not made by s6ts inject/);
  const { target } = await injecting(t, used, image, { target: 'eject-other:1-s6' });
  const above = await buildImage(used, 'eject-above', `FROM ${target.name}\nCOPY more /more\n`, {
    '/more': '',
  });
  const built = await s6ts(['eject', above, '--json'], env);
  t.is(built.code, 1, built.stderr);
  t.like(jsonOf(built), { kind: 'refused', reason: 'built-upon' });
  t.is((await s6ts(['eject', 'eject-other:none'], env)).code, 2);
});
