import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { collected, streamOf } from '../../../src/base/byte-stream.js';
import { digestOf } from '../../../src/base/digest.js';
import { MEDIA_TYPES } from '../../../src/image/blob/media-type.js';
import { textDescriptor } from '../../../src/image/blob/descriptor.js';
import type { Image } from '../../../src/image/image.js';
import { parseReference } from '../../../src/image/reference.js';
import { DockerArchiveStore } from '../../../src/image/store/archive/docker-archive-store.js';
import { openOciArchive } from '../../../src/image/store/archive/open-oci-archive.js';
import { OciLayout } from '../../../src/image/store/oci-layout/oci-layout.js';
import { openOciLayout } from '../../../src/image/store/oci-layout/oci-layout-store.js';
import type { ImageStore } from '../../../src/image/store.js';
import { tarOf } from '../../harness/tarball.js';
import { storeContext, temporaryFolder } from '../injecting.js';

/* Several writers in one folder or file, as two commands at once are. */

const OPENERS: Readonly<Record<string, typeof openOciLayout>> = {
  'oci:layout:': openOciLayout,
  'oci-archive:a.tar:': openOciArchive,
  'docker-archive:a.tar:app:': (reference, context) => new DockerArchiveStore(reference, context),
};

/** An image that differs from the others in its config and its only layer; some are large, to put the rest elsewhere. */
function imageOf(name: string): Image {
  const tar = tarOf({ '/name': name.repeat(name.length * 1000) });
  const diffId = digestOf(tar);
  const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [diffId] } };
  return {
    config: JSON.stringify(config),
    layers: [{ diffId, size: tar.length, open: () => streamOf([tar]) }],
  };
}

/** A store of its own for an image in `folder`, as another command has it, and the image's reference. */
async function opened(
  t: ExecutionContext,
  form: string,
  folder: string,
  name: string,
): Promise<{ readonly store: ImageStore; readonly reference: ReturnType<typeof parseReference> }> {
  const reference = parseReference(form.replace(':', `:${folder}/`) + name);
  if (reference.kind !== 'file') throw new Error(`${form} is no file`);
  const store = OPENERS[form]?.(reference, storeContext('unix:///nonexistent', await temporaryFolder(t)));
  if (store === undefined) throw new Error(form);
  t.teardown(() => store.close());
  return { store, reference };
}

async function write(t: ExecutionContext, form: string, folder: string, name: string): Promise<void> {
  const { store, reference } = await opened(t, form, folder, name);
  await store.write(reference, { kind: 'image', image: imageOf(name) });
}

/** The image is what was written, to the last byte. */
async function isWhole(t: ExecutionContext, form: string, folder: string, name: string): Promise<void> {
  const { store, reference } = await opened(t, form, folder, name);
  const found = await store.read(reference);
  if (found.kind !== 'image') throw new Error('an index');
  t.is(found.image.config, imageOf(name).config);
  for (const { open, openBlob } of found.image.layers)
    await collected((open ?? openBlob)?.() ?? streamOf([]));
}

for (const form of Object.keys(OPENERS)) {
  test(`${form}: of five writers at once each gets its name, and leaves nothing else`, async (t) => {
    const folder = await temporaryFolder(t);
    const names = ['a', 'bb', 'ccc', 'dddd', 'eeeee'];
    await Promise.all(names.map((name) => write(t, form, folder, name)));
    for (const name of names) await isWhole(t, form, folder, name);
    const left = await readdir(folder, { recursive: true });
    t.deepEqual(
      left.filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  test(`${form}: an image that was found before others wrote there is read as it was`, async (t) => {
    const folder = await temporaryFolder(t);
    await write(t, form, folder, 'zz');
    const { store, reference } = await opened(t, form, folder, 'zz');
    const found = await store.read(reference);
    for (const name of ['a', 'bb', 'ccc']) await write(t, form, folder, name);
    if (found.kind !== 'image') throw new Error('an index');
    const [layer] = found.image.layers;
    await t.notThrowsAsync(async () => collected((layer?.open ?? layer?.openBlob)?.() ?? streamOf([])));
    await store.write(reference, { kind: 'image', image: found.image });
    for (const name of ['a', 'bb', 'ccc', 'zz']) await isWhole(t, form, folder, name);
  });
}

const blobText = 'a blob that two images share';
const blob = textDescriptor(blobText, MEDIA_TYPES.oci.layer.none);
const openBlob = (): AsyncIterable<Uint8Array> => streamOf([Buffer.from(blobText)]);
const manifest = JSON.stringify({ schemaVersion: 2, layers: [blob] });

test('a write into a layout that is given up leaves the blobs that another has named meanwhile', async (t) => {
  const folder = join(await temporaryFolder(t), 'layout');
  const given = await new OciLayout(folder).begin('1');
  await given.put(blob, openBlob);
  const other = await new OciLayout(folder).begin('1');
  t.true(await other.has(blob));
  await other.commit(manifest, MEDIA_TYPES.oci.manifest);
  await given.abort();
  t.true(existsSync(join(folder, 'blobs', blob.digest.replace(':', '/'))));
});

test('a write into a layout that another, given up, takes a blob from begins anew', async (t) => {
  const parent = await temporaryFolder(t);
  const folder = join(parent, 'layout');
  const given = await new OciLayout(folder).begin('1');
  await given.put(blob, openBlob);
  const { store, reference } = await opened(t, 'oci:layout:', parent, '2');
  const late = Buffer.from('a blob in whose middle the other is given up');
  const lateBlob = { mediaType: MEDIA_TYPES.oci.layer.none, digest: digestOf(late), size: late.length };
  const diffIds = [blob.digest, lateBlob.digest];
  const rootfs = { type: 'layers', diff_ids: diffIds };
  let tries = 0;
  const written = await store.write(reference, {
    kind: 'image',
    image: {
      config: JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs }),
      layers: [
        { diffId: blob.digest, blob, openBlob },
        {
          diffId: lateBlob.digest,
          blob: lateBlob,
          async *openBlob() {
            tries += 1;
            await given.abort();
            yield late;
          },
        },
      ],
    },
  });
  t.is(tries, 2);
  const found = await store.read(reference);
  t.is(found.id, written.id);
  for (const digest of diffIds) t.true(existsSync(join(folder, 'blobs', digest.replace(':', '/'))));
});

test('a write into a layout that another, given up, took a blob from names nothing', async (t) => {
  const folder = join(await temporaryFolder(t), 'layout');
  const given = await new OciLayout(folder).begin('1');
  await given.put(blob, openBlob);
  const other = await new OciLayout(folder).begin('1');
  t.true(await other.has(blob));
  await given.abort();
  await t.throwsAsync(other.commit(manifest, MEDIA_TYPES.oci.manifest), {
    code: 'blob-missing',
    message: /lost the blob sha256:[0-9a-f]+ while it was written/,
  });
  await other.abort();
  const left = await readdir(folder, { recursive: true });
  t.deepEqual(
    left.filter((name) => !/^blobs(?:\/sha256)?$/.test(name)),
    [],
  );
});
