import type { ExistingInit } from './existing-init.js';
import type { Grafted } from './graft.js';
import type { Platform } from './image.js';
import { isSmallInit } from './init-entrypoint.js';
import { platformText } from './platforms.js';

interface Done {
  readonly grafted: Grafted;
  readonly init: ExistingInit;
  readonly request: { readonly servicesAsRoot: boolean; readonly keepInit: boolean };
}

/** What the owner of an image should know. */
export interface Advice {
  /** Plain facts. */
  readonly notes: readonly string[];
  /** What may not be as it was. */
  readonly warnings: readonly string[];
}

/** What there is to say of a grafted image. */
export function adviceFor({ grafted, init, request }: Done): Advice {
  const { before, after, unwrapped } = grafted;
  const notes: string[] = [];
  const warnings: string[] = [];
  for (const program of unwrapped?.dropped ?? []) {
    notes.push(`${program.join(' ')} is dropped, /init does its work (--keep-init keeps it, below /init)`);
  }
  for (const option of unwrapped?.lost ?? []) warnings.push(`the effect of its option ${option} is lost`);
  if (before.stopSignal !== after.stopSignal)
    notes.push(`on a stop the CMD gets ${before.stopSignal}, as before`);
  if (before.user !== after.user) notes.push(`services run as root, the CMD as ${before.user}`);
  if (request.servicesAsRoot && before.user === after.user)
    notes.push('--user root changes nothing: the image runs as root');
  const [program] = after.entrypoint.length > 1 ? after.entrypoint.slice(1) : after.cmd;
  if (program === undefined) {
    warnings.push('the image has neither ENTRYPOINT nor CMD: only services will run');
  } else if (isSmallInit(program)) {
    const why = after.entrypoint.length > 1 ? 'its options go on in the CMD' : 'it is in the CMD';
    notes.push(`${program} stays, below /init${request.keepInit ? '' : `: ${why}`}`);
  }
  if (init.kind === 's6-overlay-v1-v2')
    notes.push('its s6-overlay v1 or v2 is replaced; knobs and folders are read as before');
  if (init.kind === 's6-overlay-v3')
    warnings.push(`not started, as s6-rc is v3's: ${init.services.join(', ') || 'nothing'}`);
  if (init.kind === 'unknown') warnings.push("the image's own /init is replaced");
  return { notes, warnings };
}

/** What became of an index. */
interface Rest {
  /** Attestations left out. */
  readonly dropped: number;
  /** Platforms left out, as asked. */
  readonly skipped: readonly string[];
  /** Platforms that the index names and its store lacks. */
  readonly absent: readonly string[];
  /** The only platform that was taken, where its place holds one. */
  readonly only?: Platform;
}

/** The same for an index: what of it is left out, and why. */
export function adviceForIndex({ dropped, skipped, absent, only }: Rest): Advice {
  return {
    notes: [
      ...(skipped.length === 0 ? [] : [`left out, as asked: ${skipped.join(', ')}`]),
      ...(dropped === 0
        ? []
        : [`${dropped} attestations (SBOM, provenance) are left out: they speak of the images as they were`]),
      ...(absent.length === 0 ? [] : [`not there, so left out: ${absent.join(', ')}`]),
      ...(only === undefined ? [] : [`of its platforms, the one stored is ${platformText(only)}`]),
    ],
    warnings: [],
  };
}
