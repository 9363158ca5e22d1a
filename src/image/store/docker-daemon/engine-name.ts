import { S6tsError } from '../../../base/error.js';
import { formatReference, type ImageName, type Reference } from '../../reference.js';

/** The name under which an engine is to store an image. @throws S6tsError `reference-invalid` */
export function engineName(target: Reference): ImageName {
  if (target.kind === 'name') return target.name;
  throw new S6tsError('reference-invalid', `${formatReference(target)} is no name that an engine can give`);
}
