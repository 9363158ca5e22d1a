import { randomBytes } from 'node:crypto';
import { valueAt } from '../../config.js';
import type { StoredImage } from '../../store.js';
import type { Engine } from './engine.js';
import { expectGood } from './errors.js';
import { isObject, parseAnswer, textOf, type JsonObject } from './json.js';

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
  const removeByName = async (): Promise<void> => {
    const path = `/containers/${name}`;
    await engine.ask({ method: 'DELETE', path, query: { force: '1', v: '1' }, unstoppable: true });
  };
  const settled = onInterrupt(removeByName);
  const answer = await engine.ask({
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
  const created = parseAnswer(expectGood(answer, `create a container of ${stored.id}`));
  return {
    id: textOf(created['Id']),
    async remove() {
      expectGood404(
        await engine.ask({
          method: 'DELETE',
          path: `/containers/${name}`,
          query: { force: '1', v: '1' },
          unstoppable: true,
        }),
      );
      settled();
    },
  };
}

function hasWorkingDir({ image }: StoredImage): boolean {
  return (valueAt(image.config, ['config', 'WorkingDir']) ?? '') !== '';
}

function expectGood404(answer: {
  readonly status: number;
  readonly text: string;
  readonly headers: object;
}): void {
  if (answer.status !== 404)
    expectGood({ ...answer, headers: {} }, 'remove the container that it was asked to make');
}

/**
 * A tmpfs in place of each volume of the image: no anonymous volume is made and filled, and as it is mounted in a
 * running container only, what the archive API shows at its place are the image's own files.
 */
function volumesHidden(config: string): readonly JsonObject[] {
  const volumes = valueAt(config, ['config', 'Volumes']);
  return isObject(volumes) ? Object.keys(volumes).map((target) => ({ Type: 'tmpfs', Target: target })) : [];
}
