import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { S6tsError } from '../../src/base/error.js';
import { formatChecksums, parseChecksums, type Checksums } from '../../src/overlay/checksums.js';
import { writeRelease, type ReleaseFile } from '../../src/overlay/write-release.js';
import { temporaryFolder } from '../harness/gpg.js';

const AMD64 = 's6-overlay-amd64.tar.gz';
const X86 = 's6-overlay-x86.tar.gz';

function file(name: string, text = name): ReleaseFile {
  return { name, bytes: Buffer.from(text) };
}

function sealIn(folder: string): { folder: string; elsewhere: string; seal: typeof seal } {
  return { folder, elsewhere: 'choose another folder with --out DIR', seal };
}

function seal(sums: Checksums): Promise<ReleaseFile[]> {
  return Promise.resolve([file('SHA256SUMS', formatChecksums(sums))]);
}

for (const inTheWay of [AMD64, `${AMD64}.sig`, 'SHA256SUMS']) {
  test(`a folder in the place of ${inTheWay}: nothing at all has changed`, async (t) => {
    const folder = await temporaryFolder(t);
    for (const name of [AMD64, `${AMD64}.sig`, 'SHA256SUMS', 'SHA256SUMS.sig']) {
      if (name === inTheWay) mkdirSync(join(folder, name));
      else writeFileSync(join(folder, name), 'old');
    }
    const before = readdirSync(folder);
    const error = await t.throwsAsync(writeRelease([file(AMD64)], sealIn(folder)), { instanceOf: S6tsError });
    t.regex(error.message, new RegExp(`cannot (read|write) .*${inTheWay}: it is a folder`));
    t.regex(error.hint ?? '', /nothing was changed.*--out DIR/);
    t.deepEqual(readdirSync(folder), before);
    for (const name of before.filter((each) => each !== inTheWay)) {
      t.is(readFileSync(join(folder, name), 'utf8'), 'old');
    }
  });
}

test('a link to nothing under the name of another tarball is passed over', async (t) => {
  const folder = await temporaryFolder(t);
  symlinkSync('nowhere', join(folder, X86));
  await writeRelease([file(AMD64)], sealIn(folder));
  const sums = parseChecksums(readFileSync(join(folder, 'SHA256SUMS'), 'utf8'), 'SHA256SUMS');
  t.deepEqual([...sums.keys()], [AMD64]);
});

test('two builds into one folder at once: the checksums cover both', async (t) => {
  const folder = await temporaryFolder(t);
  // The other build begins and ends between our look at the folder and our writing.
  let meanwhile = async (): Promise<void> => {
    meanwhile = () => Promise.resolve();
    await writeRelease([file(X86)], sealIn(folder));
  };
  const written = await writeRelease([file(AMD64)], {
    ...sealIn(folder),
    seal: async (sums) => {
      await meanwhile();
      return seal(sums);
    },
  });
  const text = readFileSync(join(folder, 'SHA256SUMS'), 'utf8');
  t.deepEqual([...parseChecksums(text, 'SHA256SUMS').keys()], [AMD64, X86]);
  t.is(Buffer.from(written.find(({ name }) => name === 'SHA256SUMS')?.bytes ?? []).toString(), text);
  t.deepEqual(readdirSync(folder).sort(), ['SHA256SUMS', AMD64, X86].sort());
});
