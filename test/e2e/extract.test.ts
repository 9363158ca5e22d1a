import test, { type ExecutionContext } from 'ava';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runContainer } from '../harness/container.js';
import { engine } from '../harness/engine.js';
import { buildImage } from '../harness/images.js';
import { releaseTarball } from '../harness/release.js';
import { busyboxBinary, busyboxRoot, type RootOptions } from '../harness/roots.js';
import { tarOf } from '../harness/tarball.js';

const run = promisify(execFile);
const TARBALL = 's6-overlay-amd64.tar.gz';

const BASES: Readonly<Record<string, RootOptions>> = {
  'plain busybox': {},
  'merged /usr, relative links': { merged: 'relative' },
  'merged /usr, absolute links': { merged: 'absolute' },
  '/var/run a folder': { varRun: 'folder' },
  '/var/run a relative link': { varRun: 'relative-link' },
  '/var/run an absolute link': { varRun: 'absolute-link' },
};

/** The ways as lines of a Dockerfile; the seed's own lines as they stand there. */
const IN_DOCKERFILE: Readonly<Record<string, readonly string[]>> = {
  ADD: [`ADD ${TARBALL} /`],
  'busybox tar': [`COPY ${TARBALL} /tmp/`, `RUN tar xzf /tmp/${TARBALL} -C /`],
  'gunzip and busybox tar': [`COPY ${TARBALL} /tmp/`, `RUN gunzip -c /tmp/${TARBALL} | tar -xf - -C /`],
};

/** The same with GNU tar (busybox's knows no --exclude), on a folder of this machine. */
const WITH_GNU_TAR: Readonly<Record<string, string>> = {
  'GNU tar': `tar xzf "$TARBALL" -C "$ROOT"`,
  "the seed's two steps with GNU tar": `tar xzf "$TARBALL" -C "$ROOT" --exclude="./bin" --exclude="./sbin" && tar xzf "$TARBALL" -C "$ROOT/usr" ./bin ./sbin`,
};

const LINKS = 'for path in /bin /sbin /lib /var/run; do echo "$path $(readlink $path)"; done';

/** What LINKS prints for a base that nobody has touched. */
function untouched({ merged, varRun }: RootOptions): string {
  const usr = merged === 'absolute' ? '/usr' : 'usr';
  const links = ['bin', 'sbin', 'lib'].map(
    (name) => `/${name} ${merged === undefined ? '' : `${usr}/${name}`}\n`,
  );
  const target = { 'relative-link': '../run', 'absolute-link': '/run', folder: '' };
  return `${links.join('')}/var/run ${varRun === undefined ? '' : target[varRun]}\n`;
}

/** Boots it, has a script of v1's ways run, and looks at the links. */
async function boots(t: ExecutionContext, image: string, base: RootOptions): Promise<void> {
  const ended = await runContainer({
    image,
    cmd: [
      'sh',
      '-c',
      `s6-overlay-version >/dev/null && ${LINKS}; echo "$WHO says $(cat /var/run/s6/container_environment/WHO)"`,
    ],
    env: { WHO: 'me' },
    files: { '/etc/cont-init.d/00-hello': '#!/usr/bin/with-contenv sh\necho "hello from $WHO"\n' },
  });
  t.is(ended.exitCode, 0, ended.transcript);
  // Where the base has no /var/run, stage 1 makes it a link.
  const links = untouched(base).replace(
    /\/var\/run \n/,
    base.varRun === 'folder' ? '/var/run \n' : '/var/run /run\n',
  );
  t.is(ended.stdout, `hello from me\n${links}me says me\n`, ended.transcript);
}

for (const [baseName, base] of Object.entries(BASES)) {
  for (const [wayName, lines] of Object.entries(IN_DOCKERFILE)) {
    test(`${wayName} on ${baseName}: no link is replaced, and it boots`, async (t) => {
      const dockerfile = ['FROM scratch', 'ADD base.tar /', ...lines, 'ENTRYPOINT ["/init"]', ''].join('\n');
      const image = await buildImage(await engine(), 'extract', dockerfile, {
        '/base.tar': tarOf(busyboxRoot(base)),
        [`/${TARBALL}`]: await readFile(await releaseTarball()),
      });
      await boots(t, image, base);
    });
  }
}

for (const [wayName, commands] of Object.entries(WITH_GNU_TAR)) {
  for (const baseName of ['plain busybox', 'merged /usr, relative links'] as const) {
    test(`${wayName} on ${baseName}: no link is replaced, and it boots`, async (t) => {
      const base = BASES[baseName] ?? {};
      const folder = await mkdtemp(join(tmpdir(), 's6ts-extract-'));
      t.teardown(() => rm(folder, { recursive: true, force: true }));
      const root = join(folder, 'root');
      await writeFile(join(folder, 'base.tar'), tarOf(busyboxRoot(base)));
      const env = { ...process.env, ROOT: root, TARBALL: await releaseTarball() };
      await run(
        'sh',
        ['-ec', `mkdir "$ROOT"; tar xf base.tar -C "$ROOT"; ${commands}; tar cf all.tar -C "$ROOT" .`],
        {
          cwd: folder,
          env,
        },
      );
      const dockerfile = 'FROM scratch\nADD all.tar /\nENTRYPOINT ["/init"]\n';
      const image = await buildImage(await engine(), 'extract', dockerfile, {
        '/all.tar': await readFile(join(folder, 'all.tar')),
      });
      await boots(t, image, base);
    });
  }
}

test('scratch: a static CMD runs and gives its code, with nothing else in the image', async (t) => {
  const dockerfile = `FROM scratch\nADD ${TARBALL} /\nADD program.tar /\nENTRYPOINT ["/init"]\nCMD ["/busybox", "echo", "alone"]\n`;
  const image = await buildImage(await engine(), 'scratch', dockerfile, {
    [`/${TARBALL}`]: await readFile(await releaseTarball()),
    '/program.tar': tarOf({ '/busybox': { text: busyboxBinary(), mode: 0o755 } }),
  });
  const ended = await runContainer({ image });
  t.is(ended.exitCode, 0, ended.transcript);
  t.is(ended.stdout, 'alone\n');
  t.is((await runContainer({ image, cmd: ['/busybox', 'false'] })).exitCode, 1);
});
