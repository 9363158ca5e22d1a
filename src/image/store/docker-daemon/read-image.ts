import { isDigest, type Digest } from '../../../base/digest.js';
import { S6tsError } from '../../../base/error.js';
import { isObject } from '../../../base/json-object.js';
import { rawAt } from '../../config.js';
import type { StoredImage } from '../../store.js';
import type { Engine } from './engine.js';
import { expectGood } from './errors.js';
import { configFrom, type HistoryRow } from './inspect-config.js';
import { parseAnswer, parseAnswerList, stringsOf, textOf } from './json.js';
import { imageMissing } from './nearest-name.js';

/**
 * Reads an image by what inspect and history show: every value of its config, not every byte.
 * @throws S6tsError `image-missing` | `image-invalid` | `engine-…`.
 */
export async function readImage(engine: Engine, name: string): Promise<StoredImage> {
  const path = `/images/${encodeURI(name)}`;
  const [inspected, history] = await Promise.all([
    engine.ask({ method: 'GET', path: `${path}/json` }),
    engine.ask({ method: 'GET', path: `${path}/history` }),
  ]);
  if (inspected.status === 404) throw await imageMissing(engine, name);
  const image = parseAnswer(expectGood(inspected, `show the image ${name}`));
  const rows = parseAnswerList(expectGood(history, `show the history of ${name}`));
  const rootfs = isObject(image['RootFS']) ? image['RootFS'] : {};
  const diffIds = stringsOf(rootfs['Layers']);
  const variant = textOf(image['Variant']);
  return {
    kind: 'image',
    id: textOf(image['Id']),
    names: stringsOf(image['RepoTags']),
    platform: {
      os: textOf(image['Os']),
      architecture: textOf(image['Architecture']),
      ...(variant === '' ? {} : { variant }),
    },
    image: {
      config: configFrom((key) => rawAt(inspected.text, [key]), diffIds, rows.map(historyRow)),
      layers: diffIds.map((diffId) => ({ diffId: toDigest(diffId, name) })),
    },
  };
}

function historyRow(row: Readonly<Record<string, unknown>>): HistoryRow {
  return {
    created: typeof row['Created'] === 'number' ? row['Created'] : 0,
    createdBy: textOf(row['CreatedBy']),
    comment: textOf(row['Comment']),
    size: typeof row['Size'] === 'number' ? row['Size'] : 0,
  };
}

function toDigest(text: string, name: string): Digest {
  if (isDigest(text)) return text;
  throw new S6tsError('image-invalid', `${name} has a layer without a SHA-256: ${text}`, { what: name });
}
