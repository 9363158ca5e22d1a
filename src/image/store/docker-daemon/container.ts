import { randomBytes } from 'node:crypto';
import { isObject, type JsonObject } from '../../../base/json-object.js';
import { valueAt } from '../../config.js';
import type { StoredImage } from '../../store.js';
import type { Engine } from './engine.js';
import { expectGood } from './errors.js';
import { parseAnswer, textOf } from './json.js';

/** A container that is never started. */
export interface Container {
  readonly id: string;
  /** Removes it with its volumes; harmless when done before. */
  remove(): Promise<void>;
}

/**
 * Creates a container of an image, to look at its files or to commit it. It is removed at an interrupt, even one that
 * comes while it is being made: its name is ours. @throws S6tsError `engine-…`.
 */
export async function createContainer(
  engine: Engine,
  stored: StoredImage,
  onInterrupt: (cleanup: () => Promise<void>) => () => void,
): Promise<Container> {
  const name = `s6ts-${randomBytes(8).toString('hex')}`;
  let removal: Promise<void> | undefined;
  let created = false;
  // An interrupt and the end of what it breaks off both come here: one removal, and both wait for it.
  const remove = (): Promise<void> => (removal ??= removeContainer(engine, name, created));
  const settled = onInterrupt(remove);
  const creation = engine.ask({
    method: 'POST',
    path: '/containers/create',
    query: { name },
    json: {
      Image: stored.id,
      Entrypoint: ['/init'],
      Cmd: [],
      // The engine makes a working folder that is missing: it would seem to be the image's.
      ...(hasWorkingDir(stored) ? { WorkingDir: '/' } : {}),
      NetworkDisabled: true,
      HostConfig: { NetworkMode: 'none', Mounts: volumesHidden(stored.image.config) },
    },
  });
  const answer = await creation.catch(async (error: unknown) => {
    // The engine may be making it all the same. If it can't be asked to remove it either, the first error says why.
    await remove().catch(() => undefined);
    throw error;
  });
  const { Id } = parseAnswer(expectGood(answer, `create a container of ${stored.id}`));
  created = true;
  return {
    id: textOf(Id),
    async remove() {
      await remove();
      settled();
    },
  };
}

/** How often, and after how many ms each time, a removal is tried that can't be done yet. */
const ATTEMPTS = 12;
const PAUSE_MS = 150;

/**
 * Removes a container with its volumes. One whose creation was broken off may not be there yet, and one that is being
 * removed is not gone yet: both take a little patience. @throws S6tsError `engine-…` naming the container.
 */
async function removeContainer(engine: Engine, name: string, created: boolean): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const query = { force: '1', v: '1' };
    const answer = await engine.ask({
      method: 'DELETE',
      path: `/containers/${name}`,
      query,
      unstoppable: true,
    });
    const early = answer.status === 404 && !created;
    if (answer.status === 404 && (created || attempt === ATTEMPTS)) return;
    if ((!early && answer.status !== 409) || attempt === ATTEMPTS) {
      expectGood(answer, `remove its container ${name}`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function hasWorkingDir({ image }: StoredImage): boolean {
  return (valueAt(image.config, ['config', 'WorkingDir']) ?? '') !== '';
}

/**
 * A tmpfs in place of each volume of the image: no anonymous volume is made and filled, and as it is mounted in a
 * running container only, what the archive API shows at its place are the image's own files.
 */
function volumesHidden(config: string): readonly JsonObject[] {
  const volumes = valueAt(config, ['config', 'Volumes']);
  return isObject(volumes) ? Object.keys(volumes).map((target) => ({ Type: 'tmpfs', Target: target })) : [];
}
