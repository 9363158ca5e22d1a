import { readFile } from 'node:fs/promises';
import type { Engine } from './engine.js';
import { buildImage } from './images.js';
import { releaseTarball } from './release.js';
import { busyboxRoot, type RootOptions } from './roots.js';
import { tarOf, type Files } from './tarball.js';

/**
 * An image with our overlay, the Dockerfile way: a base of these files, `ADD` of the tarball, ENTRYPOINT /init.
 * `changes` are further lines of the Dockerfile; `tarball` another than this checkout's for amd64.
 */
export async function overlaid(
  engine: Engine,
  name: string,
  base: Files,
  changes: readonly string[] = [],
  tarball?: string,
): Promise<string> {
  const dockerfile = [
    'FROM scratch',
    'ADD base.tar /',
    'ADD s6-overlay.tar.gz /',
    'ENTRYPOINT ["/init"]',
    ...changes,
    '',
  ].join('\n');
  return buildImage(engine, name, dockerfile, {
    '/base.tar': tarOf(base),
    '/s6-overlay.tar.gz': await readFile(tarball ?? (await releaseTarball())),
  });
}

/** The same on a busybox root. */
export function overlaidImage(engine: Engine, name: string, options: RootOptions = {}): Promise<string> {
  return overlaid(engine, name, busyboxRoot(options));
}
