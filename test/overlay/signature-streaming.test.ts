import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { signDetached } from '../../src/overlay/signature/sign.js';
import { verifyFile } from '../../src/overlay/signature/verify-file.js';
import { verifyDetached } from '../../src/overlay/signature/verify.js';
import { gpgFor, temporaryFolder } from '../harness/gpg.js';
import { inAWord, inPieces, ownKey, trusting } from '../harness/signing.js';

const TWO_GB = 2 * 1024 ** 3;
const MAX_RSS_BYTES = 300 * 1024 ** 2;
const SCRIPT = fileURLToPath(new URL('../fixtures/signature-memory.ts', import.meta.url));
const run = promisify(execFile);

interface Measured {
  readonly verdict: { readonly kind: string; readonly reason?: string };
  readonly bytes: number;
  readonly maxRssBytes: number;
}

test('a file of 2 GB is verified in bounded memory, with two signatures in one reading', async (t) => {
  const gpg = await gpgFor(t);
  const [one, two] = [await gpg.key('One <1@x.org>', 'ed25519'), await gpg.key('Two <2@x.org>', 'rsa3072')];
  const [file, signatureFile] = [join(gpg.home, 'large'), join(gpg.home, 'large.sig')];
  const handle = await open(file, 'wx');
  await handle.truncate(TWO_GB);
  await handle.write('not only holes', TWO_GB - 100);
  await handle.close();
  const signed = await gpg.run([
    '--local-user',
    one,
    '--local-user',
    two,
    '--output',
    signatureFile,
    '--detach-sign',
    file,
  ]);
  t.is(signed.code, 0, signed.stderr);
  const both = await gpg.run(['--armor', '--output', join(gpg.home, 'both.asc'), '--export']);
  t.is(both.code, 0, both.stderr);
  const key = join(gpg.home, 'both.asc');
  const { stdout } = await run(process.execPath, [
    '--import=tsx',
    SCRIPT,
    'verify',
    signatureFile,
    file,
    key,
  ]);
  const measured = JSON.parse(stdout) as Measured;
  t.like(measured, { verdict: { kind: 'good' }, bytes: TWO_GB });
  t.true(measured.maxRssBytes < MAX_RSS_BYTES, `${measured.maxRssBytes} bytes`);
  t.log(`${Math.round(measured.maxRssBytes / 1024 ** 2)} MiB at most`);
});

test('a file of 600 MB is signed in bounded memory', async (t) => {
  const { publicFile, env } = await ownKey(t);
  const file = join(await temporaryFolder(t), 'large');
  const handle = await open(file, 'wx');
  await handle.truncate(600 * 1024 ** 2);
  await handle.close();
  const { stdout } = await run(process.execPath, ['--import=tsx', SCRIPT, 'sign', file], {
    env: { ...process.env, ...env },
  });
  const measured = JSON.parse(stdout) as Measured;
  t.true(measured.maxRssBytes < MAX_RSS_BYTES, `${measured.maxRssBytes} bytes`);
  const keys = await trusting(t, publicFile);
  const verdict = await verifyFile({ signatureFile: `${file}.sig`, file, keys, now: new Date() });
  t.is(inAWord(verdict), 'good');
});

test('the size of the chunks makes no difference', async (t) => {
  const { key, publicFile } = await ownKey(t);
  const keys = await trusting(t, publicFile);
  const content = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * at) & 0xff));
  const signature = await signDetached(content, key, new Date());
  for (const size of [1, 2, 63, 64, 65, 4999, 5000, 6000]) {
    t.is(
      inAWord(await verifyDetached(signature, inPieces(content, size), keys, new Date())),
      'good',
      `${size}`,
    );
  }
});
