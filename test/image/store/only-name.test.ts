import test from 'ava';
import { eject } from '../../../src/image/eject.js';
import { injecting, storeContext, temporaryFolder } from '../injecting.js';
import { addImage, plainImage } from '../layouts.js';

test('the only image of a layout gives its result a name, though its own was not typed', async (t) => {
  const folder = await temporaryFolder(t);
  const layout = `oci:${folder}/layout`;
  await addImage(`${folder}/layout`, 'q', plainImage({ '/etc/motd': 'x' }, { Cmd: ['true'] }));
  const { target } = await injecting(t, { address: 'unix:///nonexistent' }, layout);
  t.is(target.name, `${layout}:q-s6`);
  const back = await eject(
    { image: `${layout}:q-s6`, target: `oci:${folder}/other:r-s6` },
    storeContext('unix:///nonexistent', folder),
  );
  t.is(back.kind, 'ejected');
});
