import { isObject } from '../../../base/json-object.js';
import { mapParallel } from '../../../base/parallel.js';
import type { Layer } from '../../image.js';
import type { Engine } from './engine.js';
import { expectGood } from './errors.js';
import { parseAnswer, parseAnswerList, stringsOf, textOf } from './json.js';

/** Questions to the engine at a time. */
const AT_A_TIME = 8;

/**
 * How many of these layers, from the bottom, are those of some image that the engine has: it knows a layer together with
 * all that are below it. @throws S6tsError `engine-…`
 */
export async function layersHeld(engine: Engine, layers: readonly Layer[]): Promise<number> {
  if (layers.length === 0) return 0;
  const listed = await engine.ask({ method: 'GET', path: '/images/json' });
  const images = parseAnswerList(expectGood(listed, 'list its images'));
  const counts = await mapParallel(images, AT_A_TIME, async ({ Id }) => {
    const answer = await engine.ask({ method: 'GET', path: `/images/${textOf(Id)}/json` });
    // It may have been removed meanwhile.
    const rootfs = answer.status === 200 ? parseAnswer(answer)['RootFS'] : undefined;
    return commonLength(isObject(rootfs) ? stringsOf(rootfs['Layers']) : [], layers);
  });
  return Math.max(0, ...counts);
}

function commonLength(present: readonly string[], layers: readonly Layer[]): number {
  const end = layers.findIndex(({ diffId }, index) => present[index] !== diffId);
  return end < 0 ? layers.length : end;
}
