import test from 'ava';
import { runContainer, withContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { imageOf } from '../harness/images.js';
import { busyboxRoot } from '../harness/roots.js';
import { listTar } from '../harness/tarball.js';
import { injecting, loadImage } from './injecting.js';

/** Prints each argument in angle brackets, then PID 1's name. */
const SHOW = '#!/bin/sh\nfor arg; do printf "<%s>" "$arg"; done\necho; readlink /proc/1/exe\n';

const DOCKERFILE = [
  'ENV ONE=1 TWO="a b"',
  'LABEL own=label',
  'WORKDIR /srv/here',
  'VOLUME /data /var/lib/x',
  'EXPOSE 80/tcp 53/udp',
  'HEALTHCHECK --interval=7s --retries=4 CMD test -e /init',
  'ONBUILD RUN true',
  'SHELL ["/bin/sh", "-ec"]',
  'STOPSIGNAL SIGQUIT',
  'USER www-data:adm',
  'ENTRYPOINT ["/show", "", "two\\nlines", "\\"quoted\\" \'both\'", "ünï→"]',
  'CMD ["--flag", "", "last arg"]',
];

for (const via of ['load', 'commit'] as const) {
  test(`by ${via}: every value of the config is kept, every argument survives`, async (t) => {
    const used = await engine();
    const image = await imageOf(used, 'odd', { ...busyboxRoot(), '/show': SHOW }, DOCKERFILE);
    const report = await injecting(t, used, image, { via, target: `odd:${via}` });
    t.is(report.via, via);
    t.is(report.target.name, `odd:${via}`);
    const [before, after] = await Promise.all(
      [image, `odd:${via}`].map((name) => used.docker.getImage(name).inspect()),
    );
    t.is(after?.Id, report.target.id);
    const { Entrypoint, Env, Labels, StopSignal, ...rest } = asObject(after?.Config);
    const old = asObject(before?.Config);
    t.deepEqual(Entrypoint, ['/init', ...(old['Entrypoint'] as string[])]);
    t.deepEqual(Env, [...(old['Env'] as string[]), 'S6_CMD_STOPSIGNAL=SIGQUIT']);
    t.is(StopSignal, 'SIGTERM');
    t.like(Labels, { own: 'label', 's6ts.original.image': before?.Id });
    t.deepEqual(
      Object.keys(asObject(Labels)).filter(
        (key) => !/^own$|^s6ts\.(?:original\.|version|overlay|layer|undo)/.test(key),
      ),
      [],
    );
    for (const key of [
      'Cmd',
      'User',
      'WorkingDir',
      'Volumes',
      'ExposedPorts',
      'Healthcheck',
      'OnBuild',
      'Shell',
    ]) {
      t.deepEqual(rest[key], old[key], key);
      t.truthy(rest[key], key);
    }
    const args = '<><two\nlines><"quoted" \'both\'><ünï→>';
    const plain = await runContainer({ image: `odd:${via}` });
    t.is(plain.stdout, `${args}<--flag><><last arg>\n/usr/lib/s6/bin/s6-overlay-init\n`, plain.stderr);
    const other = await runContainer({ image: `odd:${via}`, cmd: ['new', ''], user: '0' });
    t.is(other.stdout, `${args}<new><>\n/usr/lib/s6/bin/s6-overlay-init\n`, other.stderr);
  });
}

function asObject(value: unknown): Record<string, unknown> {
  return value as Record<string, unknown>;
}

test("the CMD gets its stop signal, its code is the container's", async (t) => {
  const used = await engine();
  const script = '#!/bin/sh\ntrap "echo got quit; exit 5" QUIT\necho up\nwhile :; do sleep 0.05; done\n';
  const image = await imageOf(used, 'quit', { ...busyboxRoot(), '/app': script }, [
    'STOPSIGNAL SIGQUIT',
    'CMD ["/app"]',
  ]);
  const { target } = await injecting(t, used, image);
  const ended = await runContainer({ image: target.name, signals: [{ when: 'up\n', signal: 'TERM' }] });
  t.is(ended.stdout, 'up\ngot quit\n');
  t.is(ended.exitCode, 5);
});

test("--user root: services as root, the CMD as the image's USER; else all as that USER", async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'user', busyboxRoot(), ['USER www-data', 'CMD ["id", "-u"]']);
  const ids = async (name: string): Promise<readonly string[]> => {
    const files = { '/etc/cont-init.d/who': '#!/bin/sh\nid -u >&2\n' };
    const { stdout, stderr } = await runContainer({ image: name, files });
    return [/^(\d+)$/m.exec(stderr)?.[1] ?? stderr, stdout.trim()];
  };
  const plain = await injecting(t, used, image, { target: 'user:plain' });
  t.deepEqual(await ids(plain.target.name), ['33', '33']);
  const root = await injecting(t, used, image, { target: 'user:root', servicesAsRoot: true });
  t.deepEqual(await ids(root.target.name), ['0', '33']);
  t.regex(root.notes.join(), /services run as root, the CMD as www-data/);
  const upgraded = await injecting(t, used, root.target.name, { target: 'user:upgraded' });
  t.is(upgraded.target.id, root.target.id, 'an upgrade keeps --user root');
});

test('the same twice gives the same id, and so does the result injected again', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'twice', busyboxRoot(), [
    'LABEL z=1',
    'ENV A=1',
    'STOPSIGNAL SIGINT',
    'CMD ["true"]',
  ]);
  const first = await injecting(t, used, image);
  t.is(first.target.name, `${image}-s6`);
  const second = await injecting(t, used, image);
  t.is(second.target.id, first.target.id);
  t.is(second.replaced, null);
  const again = await injecting(t, used, first.target.name);
  t.deepEqual(again.target, first.target);
  t.is(again.upgraded, 's6ts');
  // The original gone, its files are read from the injected image.
  await used.docker.getImage(image).remove({ force: true });
  const alone = await injecting(t, used, first.target.name);
  t.deepEqual(alone.target, first.target);
});

test('an image built on an injected one is upgraded on top', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'below', busyboxRoot(), ['ENTRYPOINT ["echo", "below"]']);
  const { target } = await injecting(t, used, image, { target: 'below:s6' });
  const { id } = await used.docker
    .getImage(target.name)
    .inspect()
    .then(({ Id }) => ({ id: Id }));
  const container = await used.docker.createContainer({ Image: id, HostConfig: { NetworkMode: 'none' } });
  await container.commit({ repo: 'below', tag: 'built', changes: 'ENV B=2' });
  await container.remove();
  const report = await injecting(t, used, 'below:built', { target: 'below:again' });
  t.deepEqual(report.after.entrypoint, ['/init', 'echo', 'below']);
  t.is((await runContainer({ image: 'below:again' })).stdout, 'below\n');
});

test('services come up and a killed one comes back', async (t) => {
  const used = await engine();
  const root = { ...busyboxRoot(), '/etc/services.d/tick/run': '#!/bin/sh\necho tick $$\nexec sleep 60\n' };
  const image = await imageOf(used, 'service', root, ['CMD ["sleep", "60"]']);
  const { target } = await injecting(t, used, image);
  await withContainer({ image: target.name }, async (box) => {
    await box.says(/tick \d+\n/);
    await box.exec(['/command/s6-svc', '-k', '/run/s6/services/tick']);
    await box.says(/tick \d+\n[^]*tick \d+\n/);
    await box.signal('TERM');
    t.is((await box.end()).exitCode, 143);
  });
});

test('docker build does not take the new image for the step that made the original', async (t) => {
  const used = await engine();
  const root = { '/only': { text: 'one step' } };
  const image = await imageOf(used, 'step', root);
  for (const target of ['step:plain', 'step:syslog']) {
    await injecting(t, used, image, { target, with: target === 'step:plain' ? [] : ['syslog'] });
  }
  // Of several images of one step the engine takes any.
  for (const word of ['a', 'b', 'c', 'd']) {
    const built = await imageOf(used, 'step', root, [`CMD ["${word}"]`]);
    t.is((await used.docker.getImage(built).inspect()).RootFS.Layers?.length, 1, word);
  }
});

test('an image with nothing in it at all', async (t) => {
  const used = await engine();
  const image = await imageOf(used, 'nothing', { '/only': { text: 'x' } });
  const report = await injecting(t, used, image);
  t.deepEqual(report.after, { entrypoint: ['/init'], cmd: [], user: '', stopSignal: '' });
  t.regex(report.warnings.join(), /only services will run/);
  const ended = await runContainer({
    image: report.target.name,
    cmd: ['/command/s6-echo', 'from', 'scratch'],
  });
  t.is(ended.stdout, 'from scratch\n');
});

test('--exact keeps every byte of the config that is not edited; the default every value', async (t) => {
  const used = await engine();
  const text = (diffId: string): string =>
    `{ "10": 1.0, "os":"linux",\n  "architecture":"amd64", "x-unknown": {"big": 12345678901234567890, "e":"\\u00e9"},
   "config": { "Cmd":["echo","exact"], "Labels": { } , "Unknown": 1e3}, "rootfs":{"diff_ids":["${diffId}"],"type":"layers"} }`;
  await loadImage(used, 'exact:1', busyboxRoot(), text);
  const exact = await injecting(t, used, 'exact:1', { exact: true });
  const stream = await used.docker.getImage(exact.target.name).get();
  const config =
    (await listTar(stream)).get(`${exact.target.id.replace('sha256:', '')}.json`)?.bytes.toString() ?? '';
  for (const kept of [
    '{ "10": 1.0, "os":"linux",\n',
    '{"big": 12345678901234567890, "e":"\\u00e9"}',
    '"Unknown": 1e3',
  ]) {
    t.true(config.includes(kept), config);
  }
  t.is((await runContainer({ image: exact.target.name })).stdout, 'exact\n');
  const again = await injecting(t, used, exact.target.name, { exact: true });
  t.deepEqual(again.target, exact.target);
  const values = await injecting(t, used, 'exact:1', { target: 'exact:values' });
  t.not(values.target.id, exact.target.id);
  t.is(values.layer.diffId, exact.layer.diffId);
});
