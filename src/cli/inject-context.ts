import type { Progress } from '../base/progress.js';
import { cacheFolder, homeFolder } from '../base/user-folders.js';
import type { InjectContext } from '../image/inject-image.js';
import type { OwnRelease } from '../image/overlay-release.js';
import type { Interrupt } from './interrupt.js';
import { terminalPrompt } from './prompt.js';

/** What the commands that put an overlay somewhere need of the world. */
export function injectContext(
  progress: Progress,
  interrupt: Interrupt,
  how: Partial<Pick<InjectContext, 'exact' | 'via' | 'registry' | 'dryRun'>> = {},
): InjectContext {
  const { env } = process;
  const { signal } = interrupt;
  // scripts/bundle.js puts the text here.
  const build = process.env['S6TS_BUILD'];
  const ownRelease: OwnRelease = async (architecture) => {
    const { releaseFor } = await import('../overlay/release-store.js');
    const context = { progress, signal };
    return releaseFor(architecture, { env, now: new Date(), context, prompt: terminalPrompt() });
  };
  return {
    env,
    home: homeFolder(env),
    cacheFolder: cacheFolder(env),
    signal,
    onInterrupt: (cleanup) => interrupt.onInterrupt(cleanup),
    progress,
    registry: { insecure: [], patience: {} },
    exact: false,
    now: new Date(),
    ownRelease,
    ...(build === undefined ? {} : { build }),
    ...how,
  };
}
