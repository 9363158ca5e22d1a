import { measured } from '../base/byte-stream.js';
import { S6tsError } from '../base/error.js';
import { valueAt } from './config.js';
import type { Image } from './image.js';

/**
 * Recomputes every digest of an image that can be: each layer that can be opened against its diff id, the config's
 * list of diff ids against the layers. @throws S6tsError `image-invalid` naming what doesn't match.
 */
export async function validate(image: Image): Promise<void> {
  const diffIds = valueAt(image.config, ['rootfs', 'diff_ids']);
  const layers = image.layers.map(({ diffId }) => diffId);
  if (!Array.isArray(diffIds) || JSON.stringify(diffIds) !== JSON.stringify(layers)) {
    throw new S6tsError(
      'image-invalid',
      `the config lists other layers than the image has: ${JSON.stringify(diffIds)}`,
    );
  }
  for (const layer of image.layers) {
    if (layer.open === undefined) continue;
    const { digest: found } = await measured(layer.open());
    if (found !== layer.diffId) {
      throw new S6tsError('image-invalid', `a layer's bytes have the digest ${found}, not ${layer.diffId}`, {
        what: layer.diffId,
      });
    }
  }
}
