import test from 'ava';
import { injecting, temporaryFolder } from './injecting.js';
import { addImage, plainImage } from './layouts.js';

const NO_ENGINE = { address: 'unix:///nonexistent' };
const FILES = { '/opt/own/bin/own': '#!/bin/sh\n', '/bin/tool': '#!/bin/sh\n', '/bin/sh': '#!/bin/x\n' };

test('a program that --service or --cmd starts and the image lacks is warned of, in words', async (t) => {
  const folder = `${await temporaryFolder(t)}/layout`;
  const Env = ['PATH=/opt/own/bin:/bin'];
  await addImage(folder, 'plain', plainImage(FILES, { Env }));
  await addImage(folder, 'entry', plainImage(FILES, { Env, Entrypoint: ['/bin/tool'] }));
  const warned = async (image: string, cmd: string, service: string): Promise<readonly string[]> => {
    const add = { services: [`web=${service}`], env: [], cmd };
    const { warnings } = await injecting(t, NO_ENGINE, `oci:${folder}:${image}`, { add });
    return warnings.filter((warning) => warning.includes('lacks'));
  };
  t.deepEqual(await warned('plain', 'own --x', 'own'), []);
  t.deepEqual(await warned('plain', '/bin/tool', 'tool -f'), []);
  const [cmd, service, ...more] = [...(await warned('plain', 'nosuch', 'nosuch -f'))].sort();
  t.is(cmd, '--cmd starts nosuch, which the image lacks');
  t.regex(service ?? '', /^\/etc\/services\.d\/web\/run:2 starts nosuch, which the image lacks/);
  t.deepEqual(more, []);
  t.deepEqual(await warned('entry', 'serve --port 80', 'tool'), [], 'arguments of an entrypoint');
});
