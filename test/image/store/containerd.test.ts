import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { MEDIA_TYPES } from '../../../src/image/blob/media-type.js';
import { eject } from '../../../src/image/eject.js';
import { OciArchive } from '../../../src/image/store/archive/oci-archive.js';
import { OciLayout } from '../../../src/image/store/oci-layout/oci-layout.js';
import { startContainerdEngine, type ContainerdEngine } from '../../harness/containerd-engine.js';
import { busyboxRoot } from '../../harness/roots.js';
import { storeContext, temporaryFolder, type InjectOptions } from '../injecting.js';
import { injectingAll } from '../injecting-all.js';
import { addImage, layoutOf, plainImage } from '../layouts.js';

const run = promisify(execFile);
const CONFIG = { Cmd: ['sh', '-c', 'echo here; exit 3'] };
let engine: ContainerdEngine;

test.before(async () => {
  engine = await startContainerdEngine();
});
test.after.always(async () => {
  await (engine as ContainerdEngine | undefined)?.stop();
});

/** An image for amd64 and, in the same index, for each of `more`; those of `lacking` are named there only. */
async function load(
  t: ExecutionContext,
  name: string,
  more: readonly string[] = [],
  lacking: readonly string[] = [],
): Promise<void> {
  const folder = await layoutOf(t, {});
  const layout = new OciLayout(folder);
  const writer = await new OciArchive(`${folder}.tar`).begin(name);
  const manifests: object[] = [];
  for (const architecture of ['amd64', ...more, ...lacking]) {
    const files = architecture === 'amd64' ? busyboxRoot() : { '/etc/motd': `${name} ${architecture}` };
    const found = await addImage(folder, architecture, plainImage(files, CONFIG, architecture));
    manifests.push({ ...found, platform: { os: 'linux', architecture } });
    if (lacking.includes(architecture)) continue;
    const text = (await layout.manifest(architecture))?.text ?? '';
    const { config, layers } = JSON.parse(text) as { config: never; layers: never[] };
    for (const blob of [config, ...layers]) await writer.put(blob, () => layout.open(blob));
    if (more.length + lacking.length > 0) await writer.putManifest(text, MEDIA_TYPES.oci.manifest);
    else await writer.commit(text, MEDIA_TYPES.oci.manifest);
  }
  if (more.length + lacking.length > 0) {
    const text = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.oci.index, manifests });
    await writer.commit(text, MEDIA_TYPES.oci.index);
  }
  await engine.docker('load', '-i', `${folder}.tar`);
}

const injectingThere = (
  t: ExecutionContext,
  image: string,
  options: InjectOptions = {},
): ReturnType<typeof injectingAll> => injectingAll(t, engine, image, options);

async function ran(t: ExecutionContext, image: string): Promise<void> {
  const ended = await engine.docker('run', '--rm', '--network', 'none', image).then(
    () => ({ code: 0, stdout: '', stderr: '' }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  );
  t.deepEqual([ended.code, ended.stdout], [3, 'here\n'], ended.stderr);
}

for (const via of ['load', 'commit'] as const) {
  test(`an image of an engine with the containerd store, by ${via}`, async (t) => {
    await load(t, `plain:${via}`);
    const report = await injectingThere(t, `plain:${via}`, { via });
    t.is(report.via, via);
    await ran(t, `plain:${via}-s6`);
    t.regex(
      await engine.docker('inspect', '--format', '{{.Id}}', `plain:${via}-s6`),
      new RegExp(report.target.id),
    );
    if (via === 'commit') return;
    const again = await injectingThere(t, 'plain:load-s6');
    t.deepEqual(again.target, report.target);
    const back = await eject(
      { image: 'plain:load-s6' },
      storeContext(engine.address, await temporaryFolder(t)),
    );
    t.is(back.kind === 'ejected' ? back.target.id : back.reason, report.source.id);
  });
}

test('all platforms of an index there are changed', async (t) => {
  await load(t, 'many:1', ['arm64']);
  const report = await injectingThere(t, 'many:1');
  t.deepEqual(
    report.images.map(({ platform }) => platform.architecture),
    ['amd64', 'arm64'],
  );
  await ran(t, 'many:1-s6');
  const folder = await temporaryFolder(t);
  await engine.docker('save', '-o', join(folder, 'saved.tar'), 'many:1-s6');
  await run('skopeo', ['copy', '-q', '--all', `oci-archive:${folder}/saved.tar`, `oci:${folder}/l:1`]);
});

test('platforms that were not pulled are left out, and said', async (t) => {
  await load(t, 'part:1', [], ['arm64']);
  const report = await injectingThere(t, 'part:1');
  t.deepEqual(
    report.images.map(({ platform }) => platform.architecture),
    ['amd64'],
  );
  t.true(report.notes.includes('not there, so left out: linux/arm64'), report.notes.join());
  await ran(t, 'part:1-s6');
  await t.throwsAsync(injectingThere(t, 'part:1', { platforms: ['arm64'] }), { code: 'platform-missing' });
});

test('from that engine into a layout, and from there back: the same manifest', async (t) => {
  await load(t, 'way:1');
  const folder = await temporaryFolder(t);
  const out = await injectingThere(t, 'way:1', { target: `oci:${folder}/l:1` });
  await run('umoci', ['unpack', '--rootless', '--image', `${folder}/l:1`, join(folder, 'b')]);
  const back = await injectingThere(t, `oci:${folder}/l:1`, { target: 'docker-daemon:way:2' });
  t.is(back.target.id, out.target.id);
  await ran(t, 'way:2');
});
