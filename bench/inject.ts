/**
 * `s6ts inject` beside a `docker build` of the seed's Dockerfile and beside the bare engine call: curl sending the very
 * load stream that inject sends. On a base of 80 MB and one of 1 GB. Needs root and Debian's docker.io and curl.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startDockerd } from '../test/harness/dockerd.js';
import { interleave, overlayTarball, report, scratch } from './harness.js';
import { CLI } from './run-s6ts.js';
import { seedContext } from './seed-build.js';

const { folder, remove } = scratch();
const engine = await startDockerd();
try {
  const overlay = overlayTarball(join(folder, 'release'));
  for (const megabytes of [80, 1000]) await compare(megabytes, overlay);
} finally {
  await engine.stop();
  remove();
}

async function compare(megabytes: number, overlay: string): Promise<void> {
  const base = `base:${megabytes}`;
  importBase(base, megabytes);
  const stream = join(folder, `load-${megabytes}.tar`);
  inject(base, overlay, 'injected:once');
  takeApart('injected:once', stream);
  docker('rmi', 'injected:once');

  const context = join(folder, 'context');
  seedContext(context, base, overlay);

  const series = await interleave(
    new Map([
      ['bare load by curl', () => timed(() => load(stream), 'injected:once')],
      ['s6ts inject', () => timed(() => inject(base, overlay, 'injected:warm'), 'injected:warm')],
      [
        's6ts inject, first of its base',
        () =>
          timed(
            () =>
              inject(base, overlay, 'injected:cold', {
                XDG_CACHE_HOME: join(folder, `cold-${performance.now()}`),
              }),
            'injected:cold',
          ),
      ],
      [
        'docker build, seed',
        () =>
          timed(
            () => docker('build', '--no-cache', '--network=none', '-q', '-t', 'built:once', context),
            'built:once',
          ),
      ],
    ]),
  );
  report(`inject into a base of ${megabytes} MB`, 'ms', 'bare load by curl', series, [
    { of: 's6ts inject', peer: 'bare load by curl', limit: 2.5, at: 'most' },
    { of: 'docker build, seed', peer: 's6ts inject', limit: 1.5, at: 'least' },
  ]);
}

/** Milliseconds of `work`; the image that it makes goes afterwards, so that the next round starts as this one did. */
function timed(work: () => void, made: string): number {
  const start = performance.now();
  work();
  const elapsed = performance.now() - start;
  docker('rmi', made);
  return elapsed;
}

function docker(...args: readonly string[]): string {
  return execFileSync('docker', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DOCKER_HOST: engine.address, DOCKER_BUILDKIT: '0' },
  });
}

function inject(
  image: string,
  overlay: string,
  target: string,
  env: Readonly<Record<string, string>> = {},
): void {
  execFileSync(process.execPath, [CLI, 'inject', image, '--release', overlay, '--tag', target, '--json'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DOCKER_HOST: engine.address, XDG_CACHE_HOME: join(folder, 'cache'), ...env },
  });
}

function load(stream: string): void {
  const answer = execFileSync(
    'curl',
    [
      '--silent',
      '--fail',
      '--unix-socket',
      engine.address.replace('unix://', ''),
      '--header',
      'Content-Type: application/x-tar',
      '--data-binary',
      `@${stream}`,
      'http://engine/images/load',
    ],
    { encoding: 'utf8' },
  );
  if (answer.includes('"error"')) throw new Error(`the engine refused the load stream: ${answer}`);
}

/** A base of busybox and incompressible ballast. */
function importBase(name: string, megabytes: number): void {
  const root = join(folder, `base-${megabytes}`);
  mkdirSync(join(root, 'bin'), { recursive: true });
  for (const path of ['etc', 'tmp', 'proc', 'dev', 'run', 'var']) mkdirSync(join(root, path));
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  for (const applet of ['sh', 'tar', 'gunzip', 'true'])
    execFileSync('ln', ['-s', 'busybox', join(root, 'bin', applet)]);
  for (let part = 0; part < megabytes / 20; part++) {
    execFileSync('dd', [
      'if=/dev/urandom',
      `of=${join(root, `ballast-${part}`)}`,
      'bs=1M',
      'count=20',
      'status=none',
    ]);
  }
  const tar = join(folder, 'base.tar');
  execFileSync('tar', ['-cf', tar, '-C', root, '.']);
  docker('import', '--change', 'CMD ["sh"]', tar, name);
  execFileSync('rm', ['-rf', root, tar]);
}

/** Of what `docker save` gives for the injected image, the part that inject sends: manifest, config and the last layer. */
function takeApart(image: string, stream: string): void {
  const all = join(folder, 'saved');
  mkdirSync(all);
  const saved = join(all, 'saved.tar');
  docker('save', '-o', saved, image);
  const members = JSON.parse(execFileSync('tar', ['-xOf', saved, 'manifest.json'], { encoding: 'utf8' })) as {
    Config: string;
    Layers: string[];
  }[];
  const { Config: config = '', Layers: layers = [] } = members[0] ?? {};
  execFileSync('tar', ['-xf', saved, '-C', all, 'manifest.json', config, layers.at(-1) ?? '']);
  execFileSync('tar', ['-cf', stream, '-C', all, 'manifest.json', config, layers.at(-1) ?? '']);
  execFileSync('rm', ['-rf', all]);
}
