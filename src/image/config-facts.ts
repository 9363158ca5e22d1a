import { isDigest, type Digest } from '../base/digest.js';
import { S6tsError } from '../base/error.js';
import { valueAt } from './config.js';
import type { Platform } from './image.js';

/** The platform that a config names (image-spec, config.md); parts that it lacks are ''. */
export function platformIn(config: string): Platform {
  const text = (key: string): string => {
    const value = valueAt(config, [key]);
    return typeof value === 'string' ? value : '';
  };
  const variant = text('variant');
  return { os: text('os'), architecture: text('architecture'), ...(variant === '' ? {} : { variant }) };
}

/** The layers that a config lists, bottom first. @throws S6tsError `image-invalid` naming `what`. */
export function diffIdsIn(config: string, what: string): readonly Digest[] {
  const listed = valueAt(config, ['rootfs', 'diff_ids']);
  const diffIds: readonly unknown[] = Array.isArray(listed) ? listed : [];
  return diffIds.map((diffId) => {
    if (typeof diffId === 'string' && isDigest(diffId)) return diffId;
    throw new S6tsError('image-invalid', `${what}: its config lists a layer without a SHA-256`, { what });
  });
}

/** Layers and diff ids belong together one by one. @throws S6tsError `image-invalid` naming `what`. */
export function pairedDiffIds(config: string, layers: number, what: string): readonly Digest[] {
  const diffIds = diffIdsIn(config, what);
  if (diffIds.length === layers) return diffIds;
  throw new S6tsError(
    'image-invalid',
    `${what}: its manifest has ${layers} layers, its config ${diffIds.length}`,
    { what },
  );
}
