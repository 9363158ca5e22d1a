import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import test from 'ava';
import { runContainer } from '../../harness/container.js';
import { engine } from '../../harness/engine.js';
import { imageOf } from '../../harness/images.js';
import { busyboxRoot } from '../../harness/roots.js';
import { injecting } from '../injecting.js';

for (const via of ['load', 'commit'] as const) {
  // One after the other: side by side they have been seen to wait for each other for ever, once.
  test.serial(`an engine behind tcp, by ${via}: the same as through its socket`, async (t) => {
    const used = await engine();
    const clients = new Set<Socket>();
    const server = createServer((client) => {
      clients.add(client);
      const onward = connect(used.address.replace('unix://', ''));
      client.pipe(onward).pipe(client);
      client.on('error', () => onward.destroy()).on('close', () => onward.destroy());
      onward.on('error', () => client.destroy()).on('close', () => client.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => {
      server.close();
      // Those that are kept for more requests would keep this process, too.
      for (const client of clients) client.destroy();
    });
    const address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const image = await imageOf(used, 'tcp', busyboxRoot({ varRun: 'folder' }), ['CMD ["echo", "tcp"]']);
    const report = await injecting(t, { address }, image, { via, target: `tcp:${via}` });
    t.is(report.layer.diffId, (await injecting(t, used, image)).layer.diffId);
    t.is((await runContainer({ image: `tcp:${via}` })).stdout, 'tcp\n');
  });
}
