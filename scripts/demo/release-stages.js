import { appendFile, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check, say, stage } from './terminal.js';

const TARBALL = 's6-overlay-amd64.tar.gz';

/** Key, build with signature, verification. Resolves to the folder of the release. */
export async function makeRelease({ s6ts, run }, folder) {
  const out = join(folder, 'release');
  stage('1. A key of your own, for signing releases');
  await s6ts(['keygen', '--name', 'Demo', '--email', 'demo@example.org', '--no-passphrase']);

  stage('2. Build the overlay for amd64 and sign it');
  say(
    "every byte is checked on its way: Debian's signed index, the packages' hashes, each edit of a program",
  );
  await s6ts(['build-release', '--arch', 'amd64', '--out', out]);

  stage('3. Verify it');
  const good = await s6ts(['verify', join(out, `${TARBALL}.sig`)]);
  check(/demo@example\.org/.test(good.output), 'the signature is good, and says whose it is', good.output);
  const gpg = ['gpg', '--homedir', join(folder, 'gnupg'), '--batch', '--quiet'];
  await run(['mkdir', '-m', '700', join(folder, 'gnupg')], { quiet: true });
  await run([...gpg, '--import', join(out, 's6-overlay-key.asc')], { quiet: true });
  await run([...gpg, '--verify', join(out, `${TARBALL}.sig`), join(out, TARBALL)]);
  check(true, 'GnuPG, another program by other people, says the same');
  const changed = join(folder, TARBALL);
  await copyFile(join(out, TARBALL), changed);
  await copyFile(join(out, `${TARBALL}.sig`), `${changed}.sig`);
  await appendFile(changed, 'x');
  await s6ts(['verify', `${changed}.sig`], { code: 1 });
  check(true, 'one byte more, and it is refused with exit code 1');
  return out;
}
