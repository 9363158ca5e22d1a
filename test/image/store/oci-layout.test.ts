import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { runContainer } from '../../harness/container.js';
import { engine } from '../../harness/engine.js';
import { imageOf } from '../../harness/images.js';
import { busyboxRoot } from '../../harness/roots.js';
import { injecting, temporaryFolder } from '../injecting.js';

const run = promisify(execFile);

/** An image with a service and a CMD, put into a layout by skopeo; the layout's folder. */
async function layoutOf(t: ExecutionContext, name: string, ...options: readonly string[]): Promise<string> {
  const used = await engine();
  const files = { ...busyboxRoot(), '/etc/services.d/s/run': '#!/bin/sh\nexec sleep 1000\n' };
  const image = await imageOf(used, `layout-${name}`, files, ['CMD ["sh", "-c", "echo ran; exit 3"]']);
  const folder = join(await temporaryFolder(t), 'layout');
  const from = ['--src-daemon-host', used.address, `docker-daemon:${image}`];
  await run('skopeo', ['copy', '-q', ...options, ...from, `oci:${folder}:1`]);
  return folder;
}

interface Listed {
  readonly digest: string;
  readonly annotations: Readonly<Record<string, string>>;
}

async function listed(folder: string): Promise<readonly Listed[]> {
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as { manifests: Listed[] };
  return index.manifests;
}

for (const [name, options] of [
  ['gzip', []],
  ['zstd', ['--dest-compress-format', 'zstd']],
] as const) {
  test(`an image of a layout (${name}) is changed there; skopeo takes it${name === 'gzip' ? ', umoci too, and a container runs it' : ''}`, async (t) => {
    const used = await engine();
    const folder = await layoutOf(t, name, ...options);
    const before = await listed(folder);
    const report = await injecting(t, used, `oci:${folder}:1`);
    t.is(report.target.name, `oci:${folder}:1-s6`);
    const after = await listed(folder);
    t.deepEqual(after[0], before[0]);
    t.is(after[1]?.digest, report.target.id);
    await everyBlobIsWhatItsNameSays(t, folder);
    // Debian's umoci reads the layers and manifests of its own time only.
    if (name === 'gzip') {
      await run('umoci', ['unpack', '--rootless', '--image', `${folder}:1-s6`, join(folder, '..', 'out')]);
    }
    await run('skopeo', ['inspect', `oci:${folder}:1-s6`]);
    // Debian's skopeo has no way for zstd layers into an engine.
    if (name === 'zstd') return;
    const to = ['--dest-daemon-host', used.address, `docker-daemon:layout-${name}:back`];
    await run('skopeo', ['copy', '-q', `oci:${folder}:1-s6`, ...to]);
    const ended = await runContainer({ image: `layout-${name}:back` });
    t.deepEqual([ended.exitCode, ended.stdout], [3, 'ran\n'], ended.stderr);
    t.regex(ended.stderr, /\[services.d\] done/);
  });
}

test('injecting again gives the same image; a name is in the index once', async (t) => {
  const used = await engine();
  const folder = await layoutOf(t, 'again');
  const cacheFolder = await temporaryFolder(t);
  const first = await injecting(t, used, `oci:${folder}:1`, { cacheFolder });
  const second = await injecting(t, used, `oci:${folder}:1-s6`, { cacheFolder });
  t.deepEqual(second.target, first.target);
  t.is(second.upgraded, 's6ts');
  const third = await injecting(t, used, `oci:${folder}:1`, { target: `oci:${folder}:1-s6`, cacheFolder });
  t.deepEqual(third.target, first.target);
  t.deepEqual(
    (await listed(folder)).map(({ annotations }) => annotations['org.opencontainers.image.ref.name']),
    ['1', '1-s6'],
  );
});

test('the same image in another layout gets the same layer and the same manifest', async (t) => {
  const used = await engine();
  const folder = await layoutOf(t, 'other');
  const here = await injecting(t, used, `oci:${folder}:1`);
  const there = join(folder, '..', 'there');
  const copied = await injecting(t, used, `oci:${folder}:1`, { target: `oci:${there}:new` });
  t.is(copied.target.id, here.target.id);
  t.is(copied.layer.diffId, here.layer.diffId);
  await everyBlobIsWhatItsNameSays(t, there);
  t.is((await listed(there)).length, 1);
  await run('umoci', ['unpack', '--rootless', '--image', `${there}:new`, join(folder, '..', 'unpacked')]);
});

test('a damaged blob is refused, and the layout stays as it was', async (t) => {
  const used = await engine();
  const folder = await layoutOf(t, 'damaged');
  const blobs = join(folder, 'blobs', 'sha256');
  const before = [(await readdir(blobs)).sort(), await listed(folder)];
  const [largest = ''] = await bySize(blobs);
  const bytes = await readFile(join(blobs, largest));
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
  await writeFile(join(blobs, largest), bytes);
  await t.throwsAsync(injecting(t, used, `oci:${folder}:1`), {
    message: /can't be unpacked|not what its digest/,
  });
  t.deepEqual([(await readdir(blobs)).sort(), await listed(folder)], before);
});

test('what is not there is said, with what is', async (t) => {
  const used = await engine();
  const folder = await layoutOf(t, 'missing');
  const error = await t.throwsAsync(injecting(t, used, `oci:${folder}:2`), { code: 'image-missing' });
  t.like(error, { hint: 'there are: 1' });
  for (const nowhere of [`oci:${folder}-none:1`, `oci-archive:${folder}-none.tar`])
    await t.throwsAsync(injecting(t, used, nowhere, { target: `oci:${folder}:3` }), {
      code: 'layout-missing',
      message: /-none(?:\.tar)? can't be read: there is nothing of that name/,
    });
  await t.throwsAsync(injecting(t, used, `oci:${join(folder, 'blobs')}:1`), {
    message: /it has no index\.json/,
  });
});

async function everyBlobIsWhatItsNameSays(t: ExecutionContext, folder: string): Promise<void> {
  const blobs = join(folder, 'blobs', 'sha256');
  for (const name of await readdir(blobs)) {
    const digest = createHash('sha256').update(await readFile(join(blobs, name)));
    t.is(digest.digest('hex'), name);
  }
}

async function bySize(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  const sized = await Promise.all(
    names.map(async (name) => ({ name, size: (await readFile(join(folder, name))).length })),
  );
  return sized.sort((a, b) => b.size - a.size).map(({ name }) => name);
}
