import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CMD, imageTar } from './image.js';
import { check, duration, say, stage } from './terminal.js';

/** Makes the image and injects the overlay. */
export async function injectImage({ s6ts, docker }, { folder, release, image, injected }) {
  stage('4. An image that somebody else has made');
  say('busybox, a service with a log, a script for the start; its CMD is a shell. It knows nothing of s6');
  const tar = join(folder, 'root.tar');
  await writeFile(tar, await imageTar());
  await docker(['import', '--change', `CMD ${JSON.stringify(CMD)}`, tar, image]);

  stage('5. Inject: the same image, with /init as its entrypoint');
  const { ms } = await s6ts(['inject', image, '--release', release]);
  const format = '{{json .Config.Entrypoint}} {{json .Config.Cmd}}';
  const { stdout } = await docker(['image', 'inspect', '--format', format, injected], { quiet: true });
  check(
    stdout.trim() === `["/init"] ${JSON.stringify(CMD)}`,
    'ENTRYPOINT is /init, CMD is what it was',
    stdout,
  );
  say(`${duration(ms)} for all of it; nothing was rebuilt`);
}
