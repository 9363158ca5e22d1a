import { appendFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { silent, type Progress } from '../../../src/base/progress.js';
import { injectFleet, type FleetReport, type FleetRequest } from '../../../src/image/fleet.js';
import { parseFleetList } from '../../../src/image/fleet-list.js';
import { viaRegistryProxy, type Fault, type ProxiedRegistry } from '../../harness/registry-proxy.js';
import { releaseFolder } from '../../harness/release.js';
import { jsonOf, s6ts } from '../../harness/s6ts.js';
import { recorded, storeContext } from '../injecting.js';
import { cloned, copy, digestAt, manifestOf, QUICK, setStage, type Stage } from './setting.js';

let stage: Stage;
test.before(async () => {
  stage = await setStage();
  await copy(stage.layout, stage.source);
});
test.after.always(() => stage.close());

/** Repositories of one base behind a proxy, `NAME-0` and so on. */
async function fleet(
  t: ExecutionContext,
  name: string,
  count: number,
  faultAt?: (line: string) => Fault | undefined,
): Promise<{ readonly proxy: ProxiedRegistry; readonly images: readonly string[] }> {
  const names = Array.from({ length: count }, (_, index) => `${name}-${index}`);
  for (const each of names) await cloned(stage.source, `docker://${stage.host}/${each}:1`);
  const proxy = await viaRegistryProxy(t, stage.host, faultAt);
  return { proxy, images: names.map((each) => `docker://${proxy.host}/${each}:1`) };
}

async function injectingAll(
  images: readonly string[],
  cacheFolder: string,
  options: Partial<FleetRequest> & {
    readonly signal?: AbortSignal;
    readonly dryRun?: boolean;
    readonly progress?: Progress;
  } = {},
): Promise<FleetReport> {
  const { signal = new AbortController().signal, dryRun = false, progress = silent, ...others } = options;
  const each = { keys: [], with: [], servicesAsRoot: false, keepInit: false, force: false };
  return injectFleet(
    {
      items: images.map((image) => ({ image })),
      each: { ...each, release: await releaseFolder() },
      jobs: 4,
      resume: false,
      ...others,
    },
    {
      ...storeContext('unix:///nonexistent', cacheFolder),
      registry: { insecure: [], patience: QUICK },
      signal,
      dryRun,
      progress,
      now: new Date(),
      ownRelease: () => Promise.reject(new Error('every test names a release')),
    },
  );
}

test('what images share is read once and sent once', async (t) => {
  const { proxy, images } = await fleet(t, 'shared', 6);
  const report = await injectingAll(images, await stage.freshCache(), { jobs: 6 });
  t.is(report.failed, 0);
  t.is(report.images.length, 6);
  const manifest = await manifestOf(`docker://${stage.host}/shared-0:1-s6`);
  const [base, layer] = manifest.layers;
  const lines = proxy.seen.map(({ line }) => line);
  t.is(lines.filter((line) => line.startsWith('GET') && line.includes(base?.digest ?? '-')).length, 1);
  const sent = lines.filter((line) => line.startsWith('PUT /v2/shared-') && line.includes('/blobs/'));
  const of = (digest: string): number =>
    sent.filter((line) => line.includes(encodeURIComponent(digest))).length;
  t.deepEqual([of(layer?.digest ?? '-'), of(manifest.config.digest)], [1, 1], sent.join('\n'));
  t.is(lines.filter((line) => line === 'GET /v2/').length, 1);
  for (const [index, image] of report.images.entries()) {
    t.is(image.kind, 'injected');
    t.is(
      await digestAt(`docker://${stage.host}/shared-${index}:1-s6`),
      image.kind === 'injected' ? image.id : '',
    );
  }
});

test('one that fails does not stop the others; --resume does what is left', async (t) => {
  let broken = true;
  const { proxy, images } = await fleet(t, 'resumed', 4, (line) =>
    broken && line.includes('/resumed-2/manifests/') ? { kind: 'answer', status: 403 } : undefined,
  );
  const cacheFolder = await stage.freshCache();
  const first = await injectingAll(images, cacheFolder);
  t.is(first.failed, 1);
  t.deepEqual(
    first.images.map(({ kind }) => kind),
    ['injected', 'injected', 'failed', 'injected'],
  );
  broken = false;
  proxy.seen.length = 0;
  const second = await injectingAll(images, cacheFolder, { resume: true });
  t.deepEqual(
    second.images.map(({ kind }) => kind),
    ['done-before', 'done-before', 'injected', 'done-before'],
  );
  t.false(proxy.seen.some(({ line }) => /resumed-[013]/.test(line)));
  // All is done: nothing is left to go on with.
  const third = await injectingAll(images, cacheFolder, { resume: true });
  t.true(third.images.every(({ kind }) => kind === 'injected'));
});

test('an image that stands twice in the list is done under both names', async (t) => {
  let broken = true;
  const { images } = await fleet(t, 'twice', 1, (line) =>
    broken && line.startsWith('PUT') && line.endsWith('/b') ? { kind: 'answer', status: 403 } : undefined,
  );
  const [image = ''] = images;
  const items = ['a', 'b'].map((tag) => ({ image, target: image.replace(/1$/, tag) }));
  const cacheFolder = await stage.freshCache();
  t.is((await injectingAll(images, cacheFolder, { items, jobs: 1 })).failed, 1);
  broken = false;
  const resumed = await injectingAll(images, cacheFolder, { items, resume: true });
  t.deepEqual(
    resumed.images.map(({ kind }) => kind),
    ['done-before', 'injected'],
  );
});

test('a run that is cut short, its last line half written, is gone on with', async (t) => {
  const controller = new AbortController();
  let tags = 0;
  const { images } = await fleet(t, 'cut', 4, (line) => {
    if (/^PUT .*\/manifests\//.test(line) && (tags += 1) === 3) controller.abort(new Error('crash'));
    return undefined;
  });
  const cacheFolder = await stage.freshCache();
  await t.throwsAsync(injectingAll(images, cacheFolder, { jobs: 1, signal: controller.signal }), {
    message: 'crash',
  });
  const [journal = ''] = await readdir(join(cacheFolder, 'fleet'));
  await appendFile(join(cacheFolder, 'fleet', journal), '{"image":"docker://');
  const report = await injectingAll(images, cacheFolder, { jobs: 1, resume: true });
  t.deepEqual(
    report.images.map(({ kind }) => kind),
    ['done-before', 'done-before', 'injected', 'injected'],
  );
});

test('a journal that can not be written fails no image: it is warned of, once', async (t) => {
  const { images } = await fleet(t, 'unnoted', 3);
  const cacheFolder = await stage.freshCache();
  await symlink('/proc/none', join(cacheFolder, 'fleet'));
  const progress = recorded();
  const report = await injectingAll(images, cacheFolder, { progress });
  t.true(report.images.every(({ kind }) => kind === 'injected'));
  t.is(progress.lines.filter((line) => /cannot write the journal .*--resume/.test(line)).length, 1);
});

test('a dry run says what would be, and stores nothing', async (t) => {
  const { proxy, images } = await fleet(t, 'dry', 2);
  const cacheFolder = await stage.freshCache();
  const planned = await injectingAll(images, cacheFolder, { dryRun: true });
  t.false(proxy.seen.some(({ line }) => /^(?:PUT|POST|DELETE)/.test(line)));
  const real = await injectingAll(images, cacheFolder);
  const ids = ({ images: all }: FleetReport): unknown => all.map((image) => 'id' in image && image.id);
  t.deepEqual(ids(planned), ids(real));
});

test('a list on the command line: one JSON for all, exit code 1 where one has failed', async (t) => {
  const { images } = await fleet(t, 'listed', 2);
  const folder = await stage.newFolder();
  const [first = '', second = ''] = images;
  const named = second.replace(/:1$/, ':named');
  await writeFile(
    join(folder, 'images.txt'),
    `# ours\n${first}\n\n${second} ${named} # as agreed\n${first.replace(':1', ':none')}\n`,
  );
  const env = { HOME: folder, XDG_CACHE_HOME: folder };
  const args = ['inject', '--from', 'images.txt', '--release', await releaseFolder(), '--json'];
  const result = await s6ts(args, env, folder);
  t.is(result.code, 1, result.stderr);
  const { failed, images: done } = jsonOf(result) as FleetReport;
  t.is(failed, 1);
  t.deepEqual(
    done.map((image) => [image.kind, 'target' in image ? image.target : image.code]),
    [
      ['injected', `${first}-s6`],
      ['injected', named],
      ['failed', 'image-missing'],
    ],
  );
});

test('a list is checked before anything is done', (t) => {
  const items = parseFleetList('a:1\n  # b\nc:1 d:1\t# e\n\n', 'list');
  t.deepEqual(items, [{ image: 'a:1' }, { image: 'c:1', target: 'd:1' }]);
  for (const text of ['a:1\nB:1', 'a:1 b:1 c:1', 'a:1 docker://h.example/x@sha256:0']) {
    t.throws(() => parseFleetList(text, 'list'), { code: 'list-invalid', message: /^list:\d/ }, text);
  }
});

test('all that is wrong with a list is told at once, in its order, as far as it can be read', (t) => {
  t.throws(() => parseFleetList('a:1 b:1 c:1\nd:1\n\nd:1\nB:1', 'list'), {
    code: 'list-invalid',
    message:
      /^list: 3 lines are wrong:\n {2}list:1: a line is IMAGE, or IMAGE TARGET\n {2}list:4: its result has the name of that of list:2\n {2}list:5: .+$/,
  });
  t.throws(() => parseFleetList('B:1\n'.repeat(50), 'list'), {
    message: /^list: 50 lines are wrong:\n( {2}list:\d+: .+\n){20} {2}and 30 more$/,
  });
});

test('no two lines of a list may have one result, nor one the result that another changes', (t) => {
  for (const [text, message] of [
    ['a:1 same:t\nb:1 same:t', /^list:2: its result has the name of that of list:1$/],
    ['a:1\na:1', /^list:2: .*of that of list:1$/],
    ['a\nb docker-daemon:docker.io/library/a:latest-s6', /^list:2: .*of that of list:1$/],
    ['a:1\nb:1 a:1-s6', /^list:2: .*of that of list:1$/],
    ['oci:x:1 oci:y:1\noci:x:2 oci:./y:1', /^list:2: .*of that of list:1$/],
    ['a:1\na:1-s6 c:1', /^list:1: its result has the name of what list:2 changes$/],
    ['docker://h.example/a\ndocker://h.example/b docker://H.example/a:latest-s6', /^list:2: /],
    ['a:1 a:2\na:1 a:1', /^list:2: its result has the name of what list:1 changes$/],
    ['a:1 a:1\na:1 a:2', /^list:1: its result has the name of what list:2 changes$/],
    [
      'docker-archive:f:@0 n:1\ndocker-archive:./f:@1 x:1',
      /^list:1: .* is another image once list:2 is done$/,
    ],
    ['oci:l:1 docker-archive:f:n:1\ndocker-archive:f:@1 oci:m:1', /^list:2: .* once list:1 is done$/],
  ] as const) {
    t.throws(() => parseFleetList(text, 'list'), { code: 'list-invalid', message }, text);
  }
  t.is(parseFleetList('a:1\na:2\nb:1 docker://h.example/a:1-s6\nc:1 c:1\noci:l:1', 'list').length, 5);
  for (const text of [
    'oci:l:1 docker-archive:f\noci:l:2 docker-archive:f',
    'oci:l\noci:m:1 oci:l:latest-s6',
    'docker-archive:f:@0 docker-archive:g:n:1\ndocker-archive:f:@1 docker-archive:g:m:1',
    'docker-archive:f:@0 n:1',
  ])
    t.true(parseFleetList(text, 'list').length > 0, text);
});

test('a list from stdin; a dry run plans; what is refused is told with its place', async (t) => {
  const folder = await stage.newFolder();
  await cloned(stage.source, `docker://${stage.host}/stdin:1`);
  const image = `docker://${stage.host}/stdin:1`;
  const args = ['inject', '--from', '-', '--release', await releaseFolder(), '--json'];
  const env = { XDG_CACHE_HOME: folder };
  const planned = await s6ts([...args, '--dry-run'], env, undefined, `# one\n${image}\n`);
  t.is(planned.code, 0, planned.stdout);
  t.like(jsonOf(planned), { images: [{ kind: 'planned', image, target: `${image}-s6` }] });
  const alone = await s6ts(['inject', image, ...args.slice(3), '--dry-run'], env);
  t.like(jsonOf(alone), { kind: 'planned', target: { name: `${image}-s6` } });
  t.is(await digestAt(`${image}-s6`), undefined);
  const more = ['--service', 'web=true', '--cmd', 'nosuch', '--files', folder];
  await mkdir(join(folder, 'etc/cont-init.d'), { recursive: true });
  await writeFile(join(folder, 'etc/cont-init.d/a'), '#!/bin/nope\n', { mode: 0o755 });
  const refused = await s6ts([...args, ...more], env, undefined, image);
  t.is(refused.code, 1);
  t.like(jsonOf(refused), {
    images: [
      {
        code: 'refused',
        message:
          '/etc/cont-init.d/a:1 needs /bin/nope, which the image lacks (the image has to have it, or the script another interpreter)',
        findings: [{ rule: 'script-interpreter-missing', path: 'etc/cont-init.d/a', line: 1 }],
      },
    ],
  });
});

test('an image whose base can’t be read from its repository doesn’t fail another on the same base', async (t) => {
  const { config } = await manifestOf(stage.source);
  const { proxy, images } = await fleet(t, 'apart', 2, (line) =>
    line.startsWith('GET /v2/apart-0/blobs/') && !line.includes(config.digest)
      ? { kind: 'answer', status: 403 }
      : undefined,
  );
  const args = ['inject', ...images, '--release', await releaseFolder(), '--json'];
  const ran = await s6ts(args, { XDG_CACHE_HOME: await stage.newFolder() });
  const { images: done } = jsonOf(ran) as FleetReport;
  // The other fails or, where this one was quicker, has nothing left to read.
  t.is(done[1]?.kind, 'injected', ran.stdout);
  t.true(proxy.seen.some(({ line }) => line.includes('/apart-1/blobs/')));
});
