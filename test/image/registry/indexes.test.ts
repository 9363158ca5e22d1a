import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { MEDIA_TYPES, type MediaFamily } from '../../../src/image/blob/media-type.js';
import { eject } from '../../../src/image/eject.js';
import { inspect as inspecting } from '../../../src/image/inspect.js';
import { runContainer } from '../../harness/container.js';
import { engine } from '../../harness/engine.js';
import { imageOf } from '../../harness/images.js';
import { serve } from '../../harness/http-server.js';
import type { InjectReport } from '../../../src/image/inject.js';
import { storeContext, type InjectOptions } from '../injecting.js';
import { injectingAll } from '../injecting-all.js';
import { addImage, attestation, descriptorIn, indexLayout, plainImage, type Entry } from '../layouts.js';
import { copy, digestAt, inspect, run, setStage, type Stage } from './setting.js';

let stage: Stage;
test.before(async () => {
  stage = await setStage({
    sections: `compatibility: {schema1: {enabled: true}}\nvalidation: {manifests: {urls: {allow: ['.*']}}}`,
  });
});
test.after.always(() => stage.close());

const PLATFORMS = ['amd64', 'arm64', 'arm/v7'];

const at = (name: string): string => `docker://${stage.host}/${name}`;

const injectingThere = async (
  t: ExecutionContext,
  image: string,
  options: InjectOptions = {},
): Promise<InjectReport> =>
  injectingAll(t, { address: 'none' }, image, { cacheFolder: await stage.freshCache(), ...options });

/** An index, and the manifests that it names. */
async function rawIndex(image: string): Promise<{ mediaType: string; manifests: Entry[] }> {
  return JSON.parse(await inspect(image, '--raw')) as never;
}

/** Every media type of an index's images is of one family, and each starts with /init. */
async function allOfFamily(t: ExecutionContext, image: string, family: MediaFamily): Promise<void> {
  const { mediaType, manifests } = await rawIndex(image);
  t.is(mediaType, MEDIA_TYPES[family].index);
  for (const { digest, mediaType: own, platform } of manifests) {
    t.is(own, MEDIA_TYPES[family].manifest);
    const one = image.replace(/:[^:]+$/, `@${digest}`);
    const { config, layers } = JSON.parse(await inspect(one, '--raw')) as { config: Entry; layers: Entry[] };
    t.is(config.mediaType, MEDIA_TYPES[family].config);
    t.deepEqual(new Set(layers.map((layer) => layer.mediaType)), new Set([MEDIA_TYPES[family].layer.gzip]));
    const found = JSON.parse(await inspect(one, '--config', '--raw')) as { config: { Entrypoint: string[] } };
    t.deepEqual([found.config.Entrypoint, layers.length], [['/init'], 2], JSON.stringify(platform));
  }
}

async function runs(t: ExecutionContext, image: string): Promise<void> {
  const ended = await runContainer({ image });
  t.deepEqual([ended.exitCode, ended.stdout], [3, 'here\n'], ended.transcript);
}

test('an OCI index: all platforms, variants kept; attestations dropped, a signature warned of, and said', async (t) => {
  const folder = await indexLayout(t, [...PLATFORMS, 'mips64le'], async (place, entries) => [
    await attestation(place, entries),
  ]);
  await copy(`oci:${folder}:1`, at('oci:1'));
  const { digest } = await descriptorIn(folder, '1');
  await copy(`oci:${folder}:arm64`, at(`oci:${digest.replace(':', '-')}.sig`));
  const error = await t.throwsAsync(injectingThere(t, at('oci:1')), { code: 'platform-unsupported' });
  t.regex(error.message, /linux\/mips64le/);
  t.is(await digestAt(at('oci:1-s6')), undefined);

  const report = await injectingThere(t, at('oci:1'), { skipPlatform: true });
  t.deepEqual(report.notes.slice(0, 1), ['left out, as asked: linux/mips64le']);
  t.regex(report.notes.join(), /1 attestations .* left out/);
  t.regex(report.warnings.join(), /signed \(cosign\)/);
  const { manifests } = await rawIndex(at('oci:1-s6'));
  t.deepEqual(
    manifests.map(({ platform, annotations }) => [platform, annotations]),
    [{ architecture: 'amd64' }, { architecture: 'arm64' }, { architecture: 'arm', variant: 'v7' }].map(
      (platform) => [{ os: 'linux', ...platform }, { kept: 'yes' }],
    ),
  );
  await allOfFamily(t, at('oci:1-s6'), 'oci');
  const used = await engine();
  await copyOne(at('oci:1-s6'), 'docker-daemon:registry-oci-index:1', '--dest-daemon-host', used.address);
  await runs(t, 'registry-oci-index:1');

  const picked = await injectingThere(t, at('oci:1'), { platforms: ['linux/arm/v7'], target: at('oci:arm') });
  t.deepEqual(
    picked.images.map(({ platform }) => platform),
    [{ os: 'linux', architecture: 'arm', variant: 'v7' }],
  );
  t.is((await rawIndex(at('oci:arm'))).manifests.length, 1);
});

/** As `copy`, of the image for this machine. */
async function copyOne(from: string, to: string, ...options: readonly string[]): Promise<void> {
  await run('skopeo', ['copy', '-q', '--src-tls-verify=false', ...options, from, to]);
}

test('a manifest list of Docker: its types stay, but in an OCI archive; in another repository the very list comes back', async (t) => {
  const folder = await indexLayout(t, PLATFORMS);
  await copy(`oci:${folder}:1`, at('list:1'), '--format', 'v2s2');
  const before = await digestAtAny(at('list:1'));
  const report = await injectingThere(t, at('list:1'));
  await allOfFamily(t, at('list:1-s6'), 'docker');

  const archive = `oci-archive:${folder}/list.tar:1`;
  await injectingThere(t, at('list:1'), { target: archive });
  await copy(archive, at('archived:1'));
  await allOfFamily(t, at('archived:1'), 'oci');

  await copy(at('list:1-s6'), at('elsewhere:1-s6'));
  t.is(await digestAtAny(at('elsewhere:1-s6')), report.target.id);
  // What the list was is nowhere in that repository.
  const context = storeContext('none', await stage.freshCache());
  const inspected = await inspecting(at('elsewhere:1-s6'), context);
  t.deepEqual(
    inspected.images.map(({ init, before: was, platform: { variant = '' } }) => [
      init.kind,
      was?.entrypoint,
      variant,
    ]),
    ['', '', 'v7'].map((variant) => ['s6ts', [], variant]),
  );
  const back = await eject({ image: at('elsewhere:1-s6') }, context);
  t.like(back, { kind: 'ejected', sameness: 'bytes', target: { id: before, name: at('elsewhere:1') } });
  t.is(await digestAtAny(at('elsewhere:1')), before);

  const used = await engine();
  const file = join(folder, 'docker.tar');
  const options = { target: `docker-archive:${file}:registry-list:1`, platforms: ['amd64'] };
  await injectingThere(t, at('list:1'), options);
  await run('docker', ['-H', used.address, 'load', '-i', file]);
  await runs(t, 'registry-list:1');
});

/** What skopeo says that a name is. */
async function digestAtAny(image: string): Promise<string> {
  return (await inspect(image, '--format', '{{.Digest}}')).trim();
}

test('an image of schema 1 is refused, with the reason', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'schema1', { '/x': 'x' }, ['CMD ["x"]']);
  const how = ['--format', 'v2s1', '--src-daemon-host', used.address];
  await copy(`docker-daemon:${image}`, at('schema:1'), ...how);
  const error = await t.throwsAsync(injectingThere(t, at('schema:1')), { code: 'manifest-schema1' });
  t.regex(error.message, /schema:1 is a schema 1 manifest, whose layers can't be checked/);
});

test('a foreign layer is read where its manifest says, and kept as it is named: not sent', async (t) => {
  const folder = await indexLayout(t, ['amd64']);
  let isThere = true;
  const { url, requests } = await serve(t, (request, response) => {
    if (!isThere || !request.url?.endsWith('/layer')) response.writeHead(404).end();
    else void bytes.then((layer) => response.end(layer));
  });
  const urls = [`${url}/none`, `${url}/layer`];
  const plain = plainImage({ '/etc/motd': 'foreign' }, { Cmd: ['true'] });
  const foreign = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
  let layer: Entry | undefined;
  await addImage(folder, 'foreign', {
    ...plain,
    manifest: (config, own) => {
      layer = { ...own, mediaType: foreign };
      return JSON.stringify({
        schemaVersion: 2,
        mediaType: MEDIA_TYPES.docker.manifest,
        config: { ...config, mediaType: MEDIA_TYPES.docker.config },
        layers: [{ ...layer, urls }],
      });
    },
  });
  const blob = layer?.digest ?? '';
  const bytes = readFile(join(folder, 'blobs', ...blob.split(':')));
  await copy(`oci:${folder}:foreign`, at('foreign:1'));
  const cacheFolder = await stage.freshCache();
  await injectingThere(t, at('foreign:1'), { cacheFolder });
  t.deepEqual(requests, ['/none', '/layer']);
  const { layers } = JSON.parse(await inspect(at('foreign:1-s6'), '--raw')) as { layers: object[] };
  t.deepEqual([layers[0], layers.length], [{ ...layer, urls }, 2]);
  t.is((await fetch(`http://${stage.host}/v2/foreign/blobs/${blob}`)).status, 404);
  // Its files are known by now; to who doesn't know them nothing can be done.
  isThere = false;
  await injectingThere(t, at('foreign:1'), { cacheFolder, target: at('foreign:again') });
  await t.throwsAsync(injectingThere(t, at('foreign:1')), { code: 'layer-foreign' });
  const out = join(await stage.newFolder(), 'out');
  await injectingThere(t, at('foreign:1'), { cacheFolder, target: `oci:${out}:1` });
  const there = JSON.parse(await inspect(`oci:${out}:1`, '--raw')) as { layers: object[] };
  const mediaType = 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip';
  t.deepEqual([there.layers[0], there.layers.length], [{ ...layer, mediaType, urls }, 2]);
  t.false(existsSync(join(out, 'blobs', ...blob.split(':'))));
});
