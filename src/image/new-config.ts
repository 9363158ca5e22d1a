import type { Digest } from '../base/digest.js';
import { isoDate } from '../base/iso-date.js';
import type { Architecture } from '../overlay/architecture.js';
import type { Platform } from './image.js';

/** What a new image says of itself. */
export interface NewConfig {
  readonly architecture: Architecture;
  readonly created: Date;
  /** Bottom layer first. */
  readonly layers: readonly { readonly diffId: Digest; readonly createdBy: string }[];
  /** `config` of the image-spec's config.md: Env, Entrypoint, Labels… */
  readonly config: Readonly<Record<string, unknown>>;
}

/** The PATH of every image that sets none: Docker's own default. */
export const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The text of a config for an image that was none before (image-spec, config.md). */
export function newConfig({ architecture, created, layers, config }: NewConfig): string {
  const date = isoDate(created);
  return JSON.stringify({
    created: date,
    ...platformOf(architecture),
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ createdBy }) => ({ created: date, created_by: createdBy })),
  });
}

/** The OCI platform of an architecture. */
export function platformOf({ oci: { architecture, variant } }: Architecture): Platform {
  return { architecture, os: 'linux', ...(variant === undefined ? {} : { variant }) };
}
