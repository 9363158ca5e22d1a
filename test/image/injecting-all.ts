import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { InjectReport } from '../../src/image/inject.js';
import { otherRelease } from '../harness/other-release.js';
import { releaseTarball } from '../harness/release.js';
import { accepted, storeContext, temporaryFolder, type InjectOptions } from './injecting.js';

let made: Promise<string> | undefined;

/** A release for amd64, and what passes for one for other architectures; a file's tests share it. */
function releases(): Promise<string> {
  made ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), 's6ts-releases-'));
    await copyFile(await releaseTarball(), join(folder, 's6-overlay-amd64.tar.gz'));
    for (const other of ['aarch64', 'armhf']) await otherRelease(folder, other);
    return folder;
  })();
  return made;
}

test.after.always(async () => {
  if (made !== undefined) await rm(await made, { recursive: true });
});

/** Injects into all platforms of an image, by the function that the command calls. */
export async function injectingAll(
  t: ExecutionContext,
  { address }: { readonly address: string },
  image: string,
  { via, cacheFolder, ...request }: InjectOptions = {},
): Promise<InjectReport> {
  const each = { keys: [], with: [], servicesAsRoot: false, keepInit: false, force: false };
  return accepted(
    { image, ...each, release: await releases(), ...request },
    {
      ...storeContext(address, cacheFolder ?? (await temporaryFolder(t))),
      ...(via === undefined ? {} : { via }),
      now: new Date(),
      ownRelease: () => Promise.reject(new Error('every test names a release')),
    },
  );
}
