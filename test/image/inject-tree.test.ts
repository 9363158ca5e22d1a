import test from 'ava';
import { runContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { buildImage, imageOf } from '../harness/images.js';
import { busyboxRoot, type RootOptions } from '../harness/roots.js';
import type { Files } from '../harness/tarball.js';
import { viaProxy } from './engine-proxy.js';
import { injecting, statIn } from './injecting.js';

/** Says which of its folders are links, and runs an old and a new name of a program. */
const LOOK = [
  'for p in /bin /sbin /lib /var/run /usr/sbin /run; do echo "$p $(readlink $p || echo -)"; done',
  'test /var/run/s6 -ef /run/s6 && echo same',
  'test -d /var/run/s6/container_environment && echo work area',
  '/bin/s6-echo bin; /usr/bin/s6-echo usr; /bin/s6-overlay-version >/dev/null && echo version',
].join('\n');

const SAME = 'same\nwork area\nbin\nusr\nversion\n';

const ROOTS: readonly {
  readonly name: string;
  readonly root: RootOptions;
  readonly more?: Files;
  readonly links: string;
}[] = [
  { name: 'real folders', root: {}, links: '/bin -\n/sbin -\n/lib -\n/var/run -\n/usr/sbin -\n/run -\n' },
  {
    name: 'a merged /usr, /var/run a relative link',
    root: { merged: 'relative', varRun: 'relative-link' },
    links: '/bin usr/bin\n/sbin usr/sbin\n/lib usr/lib\n/var/run ../run\n/usr/sbin -\n/run -\n',
  },
  {
    name: 'a merged /usr with absolute links',
    root: { merged: 'absolute', varRun: 'absolute-link' },
    links: '/bin /usr/bin\n/sbin /usr/sbin\n/lib /usr/lib\n/var/run /run\n/usr/sbin -\n/run -\n',
  },
  {
    name: '/var/run a folder',
    root: { varRun: 'folder' },
    links: '/bin -\n/sbin -\n/lib -\n/var/run -\n/usr/sbin -\n/run -\n',
  },
];

for (const { name, root, links } of ROOTS) {
  for (const via of ['load', 'commit'] as const) {
    test(`${name}, by ${via}: every link stays one, every name works`, async (t) => {
      const used = await engine();
      const image = await imageOf(used, 'tree', busyboxRoot(root));
      const { target } = await injecting(t, used, image, {
        via,
        target: `tree:${via}-${name.replace(/\W+/g, '-')}`,
      });
      const ended = await runContainer({ image: target.name, cmd: ['sh', '-c', LOOK] });
      t.is(ended.stdout, links + SAME, ended.stderr);
    });
  }
}

/** Folders as Docker images have them, and as nobody expects them. */
const ODD: Files = {
  '/run': { folder: 0o1777 },
  '/etc': { folder: 0o775, uid: 0, gid: 42 },
  '/usr': { folder: 0o750, uid: 12, gid: 34 },
  '/usr/bin': { folder: 0o2775, uid: 0, gid: 50 },
  '/usr/lib': { folder: 0o711, uid: 123_456, gid: 2_000_000 },
  '/bin': { folder: 0o2755, uid: 5, gid: 6 },
  '/var': { folder: 0o1775, uid: 1, gid: 1 },
  '/var/run': { folder: 0o777 },
};
const STATS = [
  '1777 0:0 directory',
  '775 0:42 directory',
  '750 12:34 directory',
  '2775 0:50 directory',
  '711 123456:2000000 directory',
  '2755 5:6 directory',
  '1775 1:1 directory',
  '777 0:0 directory',
];

for (const via of ['load', 'commit'] as const) {
  test(`by ${via}: every folder keeps its mode and owner`, async (t) => {
    const used = await engine();
    const image = await imageOf(used, 'modes', { ...busyboxRoot(), ...ODD });
    t.deepEqual(await statIn(image, ...Object.keys(ODD)), STATS);
    const { target } = await injecting(t, used, image, { via, target: `modes:${via}` });
    t.deepEqual(await statIn(target.name, ...Object.keys(ODD)), STATS);
    t.deepEqual(await statIn(target.name, '/run/s6', '/command', '/usr/lib/s6'), [
      '777 0:0 directory',
      '755 0:0 directory',
      '755 0:0 directory',
    ]);
  });
}

test('a folder that a higher layer has made anew counts, not the one below', async (t) => {
  const used = await engine();
  const base = await imageOf(used, 'lower', {
    ...busyboxRoot(),
    '/usr/lib': { folder: 0o700, uid: 9, gid: 9 },
    '/bin/with-contenv': { text: 'x' },
  });
  const image = await buildImage(
    used,
    'upper',
    `FROM ${base}\nRUN rm /bin/with-contenv && rm -r /usr/lib && mkdir -m 2751 /usr/lib && chown 7:8 /usr/lib\n`,
  );
  const report = await injecting(t, used, image);
  t.deepEqual(report.kept, []);
  t.deepEqual(await statIn(report.target.name, '/usr/lib', '/bin/with-contenv'), [
    '2751 7:8 directory',
    '777 0:0 symbolic link',
  ]);
});

test("the image's own files at our names stay, and are named", async (t) => {
  const used = await engine();
  const own = {
    '/usr/bin/with-contenv': '#!/bin/sh\necho own\n',
    '/bin/foreground': { link: 'busybox' },
    '/etc/services.d': { text: 'a file' },
  };
  const image = await imageOf(used, 'own', { ...busyboxRoot(), ...own });
  const report = await injecting(t, used, image);
  t.deepEqual(report.kept, ['bin/foreground', 'etc/services.d/.keep', 'usr/bin/with-contenv']);
  const ended = await runContainer({
    image: report.target.name,
    cmd: [
      'sh',
      '-c',
      'with-contenv; readlink /bin/foreground; cat /etc/services.d; /command/with-contenv echo ours',
    ],
  });
  t.is(ended.stdout, 'own\nbusybox\na fileours\n');
});

test('a tree that is in the way of what s6ts needs is refused, nothing is stored', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'way', { '/usr': { text: 'a file' } });
  await t.throwsAsync(injecting(t, used, image), { code: 'image-path', message: /\/usr\/lib\/s6/ });
  await t.throwsAsync(used.docker.getImage(`${image}-s6`).inspect(), { message: /no such image/i });
});

test("the layer is the same by the engine's own answers and by the short cut through its folders", async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'modes', { ...busyboxRoot(), ...ODD });
  // Owners are shifted, says the engine: then its folders are of no use.
  const proxy = await viaProxy(t, used, {
    rewrite: (path, text) =>
      path === '/info' ? text.replace('"SecurityOptions":[', '"SecurityOptions":["name=userns",') : text,
  });
  const [short, long] = [
    await injecting(t, used, image),
    await injecting(t, { address: proxy.address }, image),
  ];
  t.true(proxy.requests.filter((line) => /^GET .*\/archive/.test(line)).length > 5);
  t.is(long.layer.diffId, short.layer.diffId);
  t.is(long.target.id, short.target.id);
});
