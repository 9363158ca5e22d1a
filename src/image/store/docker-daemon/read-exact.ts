import type { IncomingMessage } from 'node:http';
import { Parser } from 'tar/parse';
import type { ReadEntry } from 'tar/read-entry';
import { digestOf } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import type { Progress } from '../../../base/progress.js';
import { isObject } from '../../../base/json-object.js';
import { MAX_CONFIG_BYTES } from '../../blob/descriptor.js';
import type { Engine } from './engine.js';
import { exportStream } from './export-stream.js';

/**
 * The config of an image byte for byte: only a full export has it, so this takes as long as the image is big.
 * @throws S6tsError `image-config` where the export has none; `engine-…`.
 */
export async function readExactConfig(engine: Engine, id: string, progress: Progress): Promise<string> {
  progress.stage('read the whole image for its exact config');
  const message = await exportStream(engine, id);
  const files = await jsonFiles(message, progress);
  const manifest: unknown = JSON.parse(files.get('manifest.json')?.toString() ?? 'null');
  const first: unknown = Array.isArray(manifest) ? manifest[0] : undefined;
  const config = isObject(first) ? files.get(String(first['Config'])) : undefined;
  if (config === undefined) {
    throw new S6tsError('image-config', `the export of ${id} holds no config`, { what: id });
  }
  // With the containerd store the id is the manifest's digest: then there is nothing to compare with here.
  const named = isObject(first) ? String(first['Config']).replace(/^blobs\/sha256\/|\.json$/g, '') : '';
  if (digestOf(config) !== `sha256:${named}`) {
    throw new S6tsError('image-config', `the config in the export of ${id} is not the one that it names`, {
      what: id,
    });
  }
  return config.toString();
}

/** The small files at the places where configs and manifests are; layers run through unread. */
function jsonFiles(message: IncomingMessage, progress: Progress): Promise<ReadonlyMap<string, Buffer>> {
  return new Promise((resolve, reject) => {
    const files = new Map<string, Buffer>();
    let done = 0;
    const parser = new Parser({
      strict: true,
      filter: (path, entry) =>
        /^[^/]+\.json$|^blobs\/sha256\/[0-9a-f]{64}$/.test(path) && entry.size < MAX_CONFIG_BYTES,
      onReadEntry(entry: ReadEntry) {
        const chunks: Buffer[] = [];
        entry.on('data', (chunk: Buffer) => chunks.push(chunk));
        entry.on('end', () => files.set(entry.path, Buffer.concat(chunks)));
      },
    });
    parser.on('end', () => resolve(files));
    parser.on('error', reject);
    message.on('error', reject);
    message.on('data', (chunk: Buffer) => progress.bytes((done += chunk.length)));
    message.pipe(parser);
  });
}
