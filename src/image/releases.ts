import { SingleFlight } from '../base/single-flight.js';
import type { Architecture } from '../overlay/architecture.js';
import type { AddOn } from './add-on.js';
import { readAddOn, readRelease, type OverlayRelease, type ReleaseSource } from './overlay-release.js';

/** What goes into an image: the overlay, and add-ons beside it. */
export interface Releases {
  readonly release: OverlayRelease;
  readonly others: readonly (OverlayRelease & { readonly name: AddOn })[];
}

/**
 * The overlay and add-ons for an architecture; `shared` by several images they are read once. @throws S6tsError of
 * `readRelease`.
 */
export async function releasesFor(
  architecture: Architecture,
  addOns: readonly AddOn[],
  source: ReleaseSource,
  shared = new SingleFlight<OverlayRelease>(),
): Promise<Releases> {
  const release = await shared.once(architecture.seed, () => readRelease(architecture, source));
  const others = [];
  for (const name of addOns) {
    const read = (): Promise<OverlayRelease> => readAddOn(name, architecture, source);
    others.push({ name, ...(await shared.once(`${architecture.seed} ${name}`, read)) });
  }
  return { release, others };
}
