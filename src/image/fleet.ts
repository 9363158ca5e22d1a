import { reasonOf, S6tsError } from '../base/error.js';
import { lanes } from '../base/lanes.js';
import { mapParallel } from '../base/parallel.js';
import { SingleFlight } from '../base/single-flight.js';
import { openJournal, type DoneImage } from './fleet-journal.js';
import type { FleetItem } from './fleet-list.js';
import { inject, type InjectRequest } from './inject.js';
import type { InjectContext } from './inject-image.js';
import type { OverlayRelease } from './overlay-release.js';
import { placeOf, type Finding } from './lint/rule.js';
import { parseReference } from './reference.js';

export interface FleetRequest {
  readonly items: readonly FleetItem[];
  /** What is done to each. */
  readonly each: Omit<InjectRequest, 'image' | 'target'>;
  /** Images at a time, at the most. */
  readonly jobs: number;
  /** Goes on after a run that was cut short; without, all is done anew. */
  readonly resume: boolean;
}

/** What came of one image. */
export type FleetImage =
  | {
      /** `planned`: what would be (dry run). */
      readonly kind: 'injected' | 'done-before' | 'planned';
      readonly image: string;
      readonly target: string;
      readonly id: string;
    }
  | {
      readonly kind: 'failed';
      readonly image: string;
      readonly code: string;
      readonly message: string;
      readonly hint: string | null;
      /** What is wrong with what was to be added, where it was refused for that. */
      readonly findings?: readonly Finding[];
    };

export interface FleetReport {
  readonly kind: 'fleet';
  /** In the order of the list. */
  readonly images: readonly FleetImage[];
  readonly failed: number;
}

/**
 * Injects into many images, several at a time: what they share (releases, base layers, the new layer) is read, made and
 * sent once. One that fails doesn't stop the others. @throws S6tsError only for what concerns all.
 */
export async function injectFleet(request: FleetRequest, context: InjectContext): Promise<FleetReport> {
  const { items, each, resume, jobs } = request;
  const { progress, cacheFolder, signal } = context;
  const { DOCKER_HOST: host, DOCKER_CONTEXT: engine } = context.env;
  // The same words mean other images in another folder or engine.
  const what = { items, each, folder: process.cwd(), host, engine };
  const journal = context.dryRun === true ? undefined : await openJournal(cacheFolder, what);
  if (!resume) await journal?.remove();
  const lane = lanes(progress);
  const releases = new SingleFlight<OverlayRelease>();
  let count = 0;
  let isUnnoted = false;
  const noted = async (place: number, done: DoneImage): Promise<void> => {
    try {
      await journal?.add(place, done);
    } catch (error) {
      // The image is what it is to be, whatever becomes of the note.
      if (!isUnnoted) progress.warn(`${reasonOf(error)}; --resume would do again what isn't noted`);
      isUnnoted = true;
    }
  };
  progress.stage(`inject into ${items.length} images`);
  const images = await mapParallel(
    [...items.entries()],
    sideBySide(items) ? jobs : 1,
    async ([place, item]) => {
      const before = resume ? journal?.done.get(place) : undefined;
      const note = (done: DoneImage): Promise<void> => noted(place, done);
      const result: FleetImage =
        before === undefined
          ? await injectItem(item, each, { ...context, releases, progress: lane(item.image) }, note)
          : { kind: 'done-before', ...before };
      count += 1;
      progress.note(`${count}/${items.length} ${formatFleetImage(result)}`);
      return result;
    },
    signal,
  );
  const failed = images.filter(({ kind }) => kind === 'failed').length;
  if (failed === 0) await journal?.remove();
  return { kind: 'fleet', images, failed };
}

/** One image in a line. */
export function formatFleetImage(result: FleetImage): string {
  switch (result.kind) {
    case 'failed':
      return `${named(result.image, result.message)}${result.hint === null ? '' : ` (${result.hint})`}`;
    case 'injected':
      return `${result.image} → ${result.target} ${result.id}`;
    case 'planned':
      return `${result.image} would be ${result.target} ${result.id}`;
    case 'done-before':
      return `${result.image} → ${result.target}, done before`;
  }
}

/** A message with its image before it, unless it begins with that itself. */
function named(image: string, message: string): string {
  return message.startsWith(image) ? message : `${image}: ${message}`;
}

/** The report for people: the failures, as the others have been told one by one. */
export function formatFleet({ images, failed }: FleetReport): string {
  const bad = images.filter(({ kind }) => kind === 'failed').map((image) => `  ${formatFleetImage(image)}`);
  const planned = images.some(({ kind }) => kind === 'planned');
  const good = `${images.length - failed} of ${images.length} images ${planned ? 'can be changed, nothing is stored' : 'are done'}`;
  const again = planned ? '' : ', --resume tries those again';
  return [failed === 0 ? good : `${good}; ${failed} failed${again}:`, ...bad].join('\n');
}

async function injectItem(
  { image, target }: FleetItem,
  each: FleetRequest['each'],
  context: InjectContext,
  note: (done: DoneImage) => Promise<void>,
): Promise<FleetImage> {
  try {
    const report = await inject({ ...each, image, ...(target === undefined ? {} : { target }) }, context);
    if (report.kind === 'refused') {
      const findings = report.images.flatMap((each) => each.findings);
      const errors = findings.filter(({ severity }) => severity === 'error');
      // Platforms mostly have the same faults.
      const reasons = new Set(errors.map((found) => `${placeOf(found)} ${found.message} (${found.hint})`));
      return {
        kind: 'failed',
        image,
        code: 'refused',
        message: [...reasons].join('; '),
        hint: null,
        findings,
      };
    }
    const done = { image, target: report.target.name, id: report.target.id };
    await note(done);
    return { kind: report.kind, ...done };
  } catch (error) {
    context.signal.throwIfAborted();
    const known = error instanceof S6tsError ? error : undefined;
    return {
      kind: 'failed',
      image,
      code: known?.code ?? 'failure',
      message: reasonOf(error),
      hint: known?.hint ?? null,
    };
  }
}

/** Registries and engines take several writes at a time; a folder's index or an archive is one file. */
function sideBySide(items: readonly FleetItem[]): boolean {
  return items
    .flatMap(({ image, target }) => [image, ...(target === undefined ? [] : [target])])
    .every((name) => ['docker', 'docker-daemon'].includes(parseReference(name).transport));
}
