import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { eject } from '../../src/image/eject.js';
import { inspect } from '../../src/image/inspect.js';
import { startRegistry } from '../harness/registry.js';
import { busyboxRoot } from '../harness/roots.js';
import { injecting, storeContext, temporaryFolder } from './injecting.js';
import { descriptorIn, layoutOf, plainImage } from './layouts.js';

const run = promisify(execFile);

/** A root with a service. */
const ROOT = { ...busyboxRoot(), '/etc/services.d/web/run': '#!/bin/sh\nexec sleep 1000\n' };

test('in a registry the very manifest comes back under the old name, and inspect reads it there', async (t) => {
  const folder = await layoutOf(t, { '1': plainImage(ROOT, { Cmd: ['true'], StopSignal: 'SIGQUIT' }) });
  const registry = await startRegistry();
  t.teardown(() => registry.stop());
  const image = `docker://${registry.host}/team/app:1`;
  await run('skopeo', ['copy', '-q', '--dest-tls-verify=false', `oci:${folder}:1`, image]);
  const { digest } = await descriptorIn(folder, '1');
  const { target } = await injecting(t, { address: 'none' }, image);
  const context = storeContext('none', await temporaryFolder(t));
  const [held] = (await inspect(target.name, context)).images;
  t.is(held?.init.kind, 's6ts');
  t.deepEqual(held?.files.services, [{ name: 'web', parts: ['run'] }]);
  // As after a clean-up of the registry: the old name has gone to another image.
  await run('skopeo', [
    'copy',
    '-q',
    '--src-tls-verify=false',
    '--dest-tls-verify=false',
    target.name,
    image,
  ]);
  await t.throwsAsync(eject({ image: target.name }, context), { code: 'target-taken' });
  const report = await eject({ image: target.name, target: image }, context);
  t.like(report, { kind: 'ejected', sameness: 'bytes', target: { id: digest } });
  const { stdout } = await run('skopeo', ['inspect', '--tls-verify=false', '--format', '{{.Digest}}', image]);
  t.is(stdout.trim(), digest);
});

test("Docker's words become those of OCI in a layout, so its manifest is another, and that is said", async (t) => {
  const folder = await layoutOf(t, { '1': plainImage(ROOT, { Cmd: ['true'] }) });
  const registry = await startRegistry();
  t.teardown(() => registry.stop());
  const image = `docker://${registry.host}/docker:1`;
  const copy = ['copy', '-q', '--dest-tls-verify=false', '--format', 'v2s2'];
  await run('skopeo', [...copy, `oci:${folder}:1`, image]);
  const { target } = await injecting(t, { address: 'none' }, image);
  const context = storeContext('none', await temporaryFolder(t));
  const report = await eject({ image: target.name, target: `oci:${folder}:back` }, context);
  t.like(report, { kind: 'ejected', sameness: 'config', images: [{ sameness: 'config' }] });
});

for (const transport of ['oci-archive', 'docker-archive'] as const) {
  test(`from an ${transport}: the config comes back to the byte, and inspect reads it there`, async (t) => {
    const folder = await layoutOf(t, { '1': plainImage(ROOT, { Cmd: ['true'], StopSignal: 'SIGQUIT' }) });
    const place = (name: string): string => `${transport}:${join(folder, '..', `${name}.tar`)}:app:1`;
    await run('skopeo', ['copy', '-q', `oci:${folder}:1`, place('before')]);
    const { target } = await injecting(t, { address: 'none' }, place('before'), { target: place('after') });
    const context = storeContext('none', await temporaryFolder(t));
    const [held] = (await inspect(target.name, context)).images;
    t.deepEqual([held?.before?.entrypoint, held?.now.entrypoint], [[], ['/init']]);
    const report = await eject({ image: target.name, target: place('back') }, context);
    t.like(report, { kind: 'ejected', sameness: 'bytes' });
    const configOf = async (image: string): Promise<string> =>
      (await run('skopeo', ['inspect', '--config', '--raw', image])).stdout;
    t.is(await configOf(place('back')), await configOf(place('before')));

    // In a layout the first eject leaves the config that the second one looks for as an image.
    const layout = (name: string): string => `oci:${folder}:${name}`;
    await injecting(t, { address: 'none' }, place('before'), { target: layout('new') });
    for (const target of ['first', 'second'].map(layout)) {
      t.like(await eject({ image: layout('new'), target }, context), { kind: 'ejected' });
    }
  });
}
