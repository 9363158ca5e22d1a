import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { runContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import type { InjectOptions } from './injecting.js';
import { injectingAll as injectingEach } from './injecting-all.js';
import { addImage, attestation, descriptorIn, indexLayout, plainImage, type Entry } from './layouts.js';

const run = promisify(execFile);

/** A layout whose `1` is an index: amd64, arm64, a platform that nobody has an overlay for, and an attestation; signed. */
async function indexed(t: ExecutionContext, more: readonly string[] = ['mips64le']): Promise<string> {
  const folder = await indexLayout(t, ['amd64', 'arm64', ...more], async (at, entries) => [
    await attestation(at, entries),
  ]);
  const { digest } = await descriptorIn(folder, '1');
  await addImage(folder, `${digest.replace(':', '-')}.sig`, plainImage({ '/sig': 'x' }, {}));
  return folder;
}

const injectingAll = async (
  t: ExecutionContext,
  image: string,
  options: InjectOptions,
): ReturnType<typeof injectingEach> => injectingEach(t, await engine(), image, options);

const raw = async (reference: string): Promise<{ manifests: Entry[]; mediaType: string; odd: number }> =>
  JSON.parse((await run('skopeo', ['inspect', '--raw', reference])).stdout) as never;

test('all platforms of an index are changed; what has no overlay stops it, or is left out when asked', async (t) => {
  const folder = await indexed(t);
  const before = await readFile(join(folder, 'index.json'), 'utf8');
  const error = await t.throwsAsync(injectingAll(t, `oci:${folder}:1`, {}), { code: 'platform-unsupported' });
  t.regex(error.message, /linux\/mips64le/);
  t.is(await readFile(join(folder, 'index.json'), 'utf8'), before);

  const report = await injectingAll(t, `oci:${folder}:1`, { skipPlatform: true });
  t.deepEqual(
    report.images.map(({ platform }) => platform.architecture),
    ['amd64', 'arm64'],
  );
  t.regex(report.notes.join('\n'), /left out, as asked: linux\/mips64le\n1 attestations/);
  t.regex(report.warnings.join('\n'), /signed \(cosign\)/);
  const index = await raw(`oci:${folder}:1-s6`);
  t.is(index.odd, 1);
  t.deepEqual(
    index.manifests.map(({ platform, annotations }) => [platform, annotations]),
    ['amd64', 'arm64'].map((architecture) => [{ os: 'linux', architecture }, { kept: 'yes' }]),
  );
  await run('skopeo', ['copy', '-q', '--all', `oci:${folder}:1-s6`, `oci-archive:${folder}/all.tar:1`]);
  for (const architecture of ['amd64', 'arm64']) {
    const words = ['--override-arch', architecture, 'inspect', '--config', `oci:${folder}:1-s6`];
    const config = JSON.parse((await run('skopeo', words)).stdout) as { config: { Entrypoint: string[] } };
    t.deepEqual(config.config.Entrypoint, ['/init']);
  }
});

test('--platform picks, in any of the names of an architecture; what is not there is said with what is', async (t) => {
  const folder = await indexed(t);
  const report = await injectingAll(t, `oci:${folder}:1`, { platforms: ['aarch64', 'linux/amd64'] });
  t.is(report.images.length, 2);
  const arm = await injectingAll(t, `oci:${folder}:1`, { platforms: ['linux/arm64/v8'], target: 'arm' });
  t.deepEqual([arm.images.length, arm.target.name], [1, `oci:${folder}:arm`]);
  t.is((await raw(`oci:${folder}:arm`)).manifests.length, 1);
  const error = await t.throwsAsync(injectingAll(t, `oci:${folder}:1`, { platforms: ['s390x'] }), {
    code: 'platform-missing',
  });
  t.like(error, { hint: 'it has linux/amd64, linux/arm64, linux/mips64le' });
  await t.throwsAsync(injectingAll(t, `oci:${folder}:amd64`, { platforms: ['arm64'] }), {
    code: 'platform-missing',
  });
});

test('where a name holds one image, an engine takes its own platform, an archive asks which', async (t) => {
  const folder = await indexed(t);
  const source = `oci:${folder}:1`;
  const { notes, images } = await injectingAll(t, source, { target: 'docker-daemon:platforms:own' });
  t.deepEqual([images.length, images[0]?.platform.architecture], [1, 'amd64']);
  t.true(notes.includes('of its platforms, the one stored is linux/amd64'));
  const ended = await runContainer({ image: 'platforms:own' });
  t.deepEqual([ended.exitCode, ended.stdout], [3, 'here\n'], ended.transcript);
  const target = `docker-archive:${folder}/d.tar:platforms:1`;
  const error = await t.throwsAsync(injectingAll(t, source, { target }), { code: 'platform-needed' });
  t.regex(String((error as { hint?: unknown }).hint), /--platform linux\/amd64 \| linux\/arm64/);
  await injectingAll(t, source, { target, platforms: ['arm64'] });
  const { stdout } = await run('skopeo', ['inspect', '--config', target]);
  t.is((JSON.parse(stdout) as { architecture: string }).architecture, 'arm64');
});

test('an archive keeps an index with all of its platforms', async (t) => {
  const folder = await indexed(t, []);
  const target = `oci-archive:${folder}/all.tar:platforms:all`;
  await injectingAll(t, `oci:${folder}:1`, { target });
  const copied = await injectingAll(t, `oci:${folder}:1`, {});
  t.is((await raw(target)).manifests.length, 2);
  t.deepEqual((await raw(target)).manifests, (await raw(copied.target.name)).manifests);
  await run('skopeo', ['copy', '-q', '--all', target, `oci:${folder}/back:1`]);
});
