import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toTar } from '../../src/overlay/archive.js';
import { gzip } from '../../src/overlay/gzip.js';
import { formatMeta, META } from '../../src/overlay/meta.js';
import { readOverlay } from '../../src/overlay/overlay-file.js';
import { releaseTarball } from './release.js';

/** Puts this checkout's tarball for amd64 into a folder as if it were another architecture's: enough where nothing runs. */
export async function otherRelease(folder: string, architecture: string): Promise<void> {
  const { meta, tree } = await readOverlay(await readFile(await releaseTarball()), 'the release');
  const text = formatMeta({ ...meta, architecture });
  const other = new Map(tree).set(META, { kind: 'file', mode: 0o644, bytes: Buffer.from(text) });
  await writeFile(join(folder, `s6-overlay-${architecture}.tar.gz`), gzip(toTar(other, new Date(meta.date))));
}
