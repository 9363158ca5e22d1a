import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { MEDIA_TYPES } from '../../../src/image/blob/media-type.js';
import { runContainer } from '../../harness/container.js';
import { engine, type Engine } from '../../harness/engine.js';
import { imageOf } from '../../harness/images.js';
import { jsonOf, s6ts } from '../../harness/s6ts.js';
import { busyboxRoot } from '../../harness/roots.js';
import { listTar } from '../../harness/tarball.js';
import { injecting, temporaryFolder } from '../injecting.js';
import { layoutOf, plainImage } from '../layouts.js';

const run = promisify(execFile);
const bash = (script: string, ...args: readonly string[]): Promise<{ stdout: string }> =>
  run('bash', ['-euc', script, ...args]);

/** Two images on one base, each with a word of its own; their names. */
async function two(used: Engine): Promise<readonly [string, string]> {
  const make = (word: string): Promise<string> =>
    imageOf(used, `archive-${word}`, busyboxRoot(), [
      `ENV WORD=${word}`,
      'CMD ["sh", "-c", "echo $WORD; exit 3"]',
    ]);
  return [await make('one'), await make('two')];
}

async function entriesOf(file: string): Promise<{ RepoTags: string[]; Layers: string[] }[]> {
  const text = (await listTar(createReadStream(file))).get('manifest.json')?.bytes.toString() ?? '[]';
  return JSON.parse(text) as { RepoTags: string[]; Layers: string[] }[];
}

async function words(t: ExecutionContext, image: string, word: string): Promise<void> {
  const ended = await runContainer({ image });
  t.deepEqual([ended.exitCode, ended.stdout], [3, `${word}\n`], ended.transcript);
}

test('what docker save wrote, packed with gzip, is read by name; an image added to it is one beside the others', async (t) => {
  const used = await engine();
  const folder = await temporaryFolder(t);
  const file = join(folder, 'saved.tar');
  const [one, second] = await two(used);
  await run('docker', ['-H', used.address, 'save', '-o', file, one, second]);
  const shared = (await entriesOf(file)).flatMap(({ Layers }) => Layers);
  await writeFile(`${file}.gz`, gzipSync(await readFile(file), { level: 1 }));
  const error = await t.throwsAsync(injecting(t, used, `docker-archive:${file}.gz`, { target: 'x' }), {
    code: 'image-ambiguous',
  });
  // Docker writes several images in any order.
  const saved = (await entriesOf(file)).map(({ RepoTags }) => RepoTags);
  t.deepEqual([...saved].sort(), [[one], [second]].sort());
  t.true(String((error as { hint?: unknown }).hint).endsWith(saved.join(' ')));
  const ids = [second, `@${saved.findIndex(([name]) => name === second)}`].map(async (which) => {
    const found = jsonOf(await s6ts(['inspect', `docker-archive:${file}.gz:${which}`, '--json']));
    return (found as { id: string }).id;
  });
  t.is(await ids[1], await ids[0]);
  await t.throwsAsync(injecting(t, used, `docker-archive:${file}.gz:@2`, { target: 'x' }), {
    code: 'image-missing',
  });
  // A bare name stays in the source's kind of store.
  const { target } = await injecting(t, used, `docker-archive:${file}.gz:${second}`, {
    target: 'archive-add:1',
  });
  t.is(target.name, `docker-archive:${file}.gz:archive-add:1`);
  const entries = await entriesOf(`${file}.gz`);
  t.deepEqual(
    entries.map(({ RepoTags }) => RepoTags),
    [...saved, ['archive-add:1']],
  );
  t.is(new Set(entries.flatMap(({ Layers }) => Layers)).size, new Set(shared).size + 1);
  await run('docker', ['-H', used.address, 'load', '-i', `${file}.gz`]);
  await words(t, 'archive-add:1', 'two');
  await words(t, one, 'one');
});

test('an OCI archive keeps its images, a name is in it once, and no blob that nobody names', async (t) => {
  const used = await engine();
  const folder = await temporaryFolder(t);
  const cacheFolder = await temporaryFolder(t);
  const file = join(folder, 'oci.tar');
  const [one] = await two(used);
  const from = ['--src-daemon-host', used.address, `docker-daemon:${one}`];
  await run('skopeo', ['copy', '-q', ...from, `oci-archive:${file}:archive-oci:1`]);
  const inject = (source: string, target: string): ReturnType<typeof injecting> =>
    injecting(t, used, `oci-archive:${file}:${source}`, {
      target: `oci-archive:${file}:${target}`,
      cacheFolder,
    });
  const first = await inject('archive-oci:1', 'archive-oci:2');
  const { size } = await stat(file);
  const again = await inject('archive-oci:1', 'archive-oci:2');
  t.deepEqual([again.target, (await stat(file)).size], [first.target, size]);
  await inject('archive-oci:2', 'archive-oci:2');
  t.is((await stat(file)).size, size);
  await bash(
    'mkdir "$0"/l; tar -C "$0"/l -xf "$1"; umoci unpack --rootless --image "$0"/l:archive-oci:1 "$0"/b',
    folder,
    file,
  );
  await run('skopeo', ['inspect', `oci-archive:${file}:archive-oci:2`]);
  // Named as Docker names images, it is one for docker load too.
  await run('docker', ['-H', used.address, 'load', '-i', file]);
  await words(t, 'archive-oci:2', 'one');
});

test('buildah takes archives of both kinds, and a layout', async (t) => {
  const used = await engine();
  const folder = await temporaryFolder(t);
  const cacheFolder = await temporaryFolder(t);
  const [one] = await two(used);
  // It makes a name of a layout's path, which a temporary folder's can't be.
  const buildah = (...words: string[]): Promise<{ stdout: string }> =>
    run(
      'buildah',
      ['--root', `${folder}/r`, '--runroot', `${folder}/rr`, '--storage-driver', 'vfs', ...words],
      {
        cwd: folder,
      },
    );
  for (const [kind, place] of [
    ['oci-archive', 'o.tar:1'],
    ['docker-archive', 'd.tar:b:1'],
    ['oci', 'l:1'],
  ] as const) {
    await injecting(t, used, one, { target: `${kind}:${folder}/${place}`, cacheFolder });
    const id = (await buildah('pull', '-q', `${kind}:${place}`)).stdout.trim();
    const inspected = JSON.parse((await buildah('inspect', '--type', 'image', id)).stdout) as {
      OCIv1: { config: { Entrypoint: string[]; Env: string[] } };
    };
    t.deepEqual(inspected.OCIv1.config.Entrypoint, ['/init']);
    t.true(inspected.OCIv1.config.Env.includes('WORD=one'));
  }
});

test('a root file system is a source: the same layer as on the image of that root', async (t) => {
  const used = await engine();
  const folder = await temporaryFolder(t);
  const cacheFolder = await temporaryFolder(t);
  const [one] = await two(used);
  await bash(
    'mkdir "$0"/root; docker -H "$1" save "$2" | tar -xO --wildcards "*/layer.tar" | tar -C "$0"/root -x',
    folder,
    used.address,
    one,
  );
  const source = `rootfs:${folder}/root`;
  const made = await injecting(t, used, source, { target: `oci:${folder}/l:1`, cacheFolder });
  t.is(
    made.layer.diffId,
    (await injecting(t, used, one, { cacheFolder, target: 'archive-one:s6' })).layer.diffId,
  );
  await run('umoci', ['unpack', '--rootless', '--image', `${folder}/l:1`, join(folder, 'b')]);
  await t.throwsAsync(injecting(t, used, source, { target: 'bare:1' }), { code: 'reference-invalid' });
  await t.throwsAsync(injecting(t, used, source), { code: 'target-needed', message: /only read$/ });
  await bash('mkdir "$0"/silent; echo x >"$0"/silent/x', folder);
  const silent = { target: `oci:${folder}/silent.oci:1`, cacheFolder };
  await t.throwsAsync(injecting(t, used, `rootfs:${folder}/silent`, silent), {
    code: 'architecture-unknown',
  });
  const named = await injecting(t, used, `rootfs:${folder}/silent`, {
    ...silent,
    platforms: ['linux/amd64'],
  });
  t.is(named.platform.architecture, 'amd64');
  await t.throwsAsync(injecting(t, used, source, { ...silent, platforms: ['linux/arm64'] }), {
    code: 'platform-missing',
  });
});

test('layers packed inside of a Docker archive, as jib and kaniko write them, are read as they are', async (t) => {
  const used = await engine();
  const folder = await temporaryFolder(t);
  const [one] = await two(used);
  await mkdir(join(folder, 'x'));
  await bash(
    `docker -H "$1" save "$2" | tar -C "$0"/x -x; cd "$0"/x; find . -name layer.tar -exec gzip -1 {} +
     sed -i 's/layer\\.tar/layer.tar.gz/g' manifest.json; tar -cf ../packed.tar *`,
    folder,
    used.address,
    one,
  );
  const report = await injecting(t, used, `docker-archive:${folder}/packed.tar`, {
    target: 'docker-daemon:archive-packed:1',
  });
  t.is(report.via, 'load');
  await words(t, 'archive-packed:1', 'one');
});

for (const packing of ['zstd', 'none'] as const) {
  test(`base layers packed with ${packing}: kept as they are in an OCI archive, a tar for docker load`, async (t) => {
    const used = await engine();
    const folder = await temporaryFolder(t);
    const cacheFolder = await temporaryFolder(t);
    // A layer that the engine has not: else it looks at none of its bytes.
    const files = { ...busyboxRoot(), '/etc/motd': `packed with ${packing}` };
    const plain = plainImage(files, { Cmd: ['sh', '-c', 'cat /etc/motd; exit 3'] });
    const layout = await layoutOf(t, { '1': { ...plain, packing: 'none' } });
    const zstd = ['--dest-compress-format', 'zstd', `oci:${layout}:1`, `oci:${layout}-zstd:1`];
    if (packing === 'zstd') await run('skopeo', ['copy', '-q', ...zstd]);
    const source = `oci:${layout}${packing === 'zstd' ? '-zstd' : ''}:1`;
    const inject = (target: string): ReturnType<typeof injecting> =>
      injecting(t, used, source, { target, cacheFolder });
    const types = async (place: string): Promise<(string | undefined)[]> => {
      const { stdout } = await run('skopeo', ['inspect', '--raw', place]);
      const { layers } = JSON.parse(stdout) as { layers: { mediaType: string }[] };
      return layers.map(({ mediaType }) => mediaType);
    };
    const { oci } = MEDIA_TYPES;
    await inject(`oci-archive:${folder}/oci.tar:1`);
    t.deepEqual(await types(`oci-archive:${folder}/oci.tar:1`), [oci.layer[packing], oci.layer.gzip]);
    const name = `archive-base:${packing}`;
    const report = await inject(`docker-archive:${folder}/docker.tar:${name}`);
    await run('docker', ['-H', used.address, 'load', '-i', `${folder}/docker.tar`]);
    const said = async (image: string): Promise<void> => {
      const ended = await runContainer({ image });
      t.deepEqual([ended.exitCode, ended.stdout], [3, `packed with ${packing}`], ended.transcript);
    };
    await said(name);
    await run('docker', ['-H', used.address, 'rmi', name]);
    t.is((await inject(`docker-daemon:${name}-loaded`)).target.id, report.target.id);
    await said(`${name}-loaded`);
  });
}
